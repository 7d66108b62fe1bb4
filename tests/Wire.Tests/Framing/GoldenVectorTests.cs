using System.Buffers;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Tests.Outbound;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Wire.Tests.Framing;

public sealed class GoldenVectorTests
{
    private const ulong Correlation = (7UL << 32) | 3;
    private const ulong Token = 0x0102030405060708;

    // Frames without a message: which test writes them.
    private static readonly string[] Plain =
    [
        nameof(GoldenVectors.AckFrame),
        nameof(GoldenVectors.PingFrame),
        nameof(GoldenVectors.PongFrame),
        nameof(GoldenVectors.ProbeFrame),
        nameof(GoldenVectors.CancelFrame),
        nameof(GoldenVectors.CreditFrame),
        nameof(GoldenVectors.StreamResetFrame),
        nameof(GoldenVectors.PushChunkFrame),
        nameof(GoldenVectors.LastChunkFrame),
        nameof(GoldenVectors.SkippableUnknownFrame),
    ];

    public static TheoryData<string> FrameNames() => [.. GoldenVectors.Frames.Select(frame => frame.Name)];

    public static TheoryData<string> MessageNames() => [.. GoldenMessages.All.Select(message => message.Name)];

    [Fact]
    public void Preface_is_the_magic_and_the_version()
    {
        byte[] bytes = new byte[Preface.Size];
        Preface.Write(bytes);
        AssertBytes(GoldenVectors.Preface, bytes);
        Assert.Equal(PrefaceStatus.Accepted, Preface.Check(Sequences.ByteByByte(bytes)));
    }

    [Fact]
    public void Header_has_its_fields_at_their_places()
    {
        FrameHeader header = new(258, FrameKind.Request, FrameFlags.AckNow | FrameFlags.Skippable, MessageType.Register, Correlation);
        byte[] bytes = new byte[FrameHeader.Size];
        header.Write(bytes);
        AssertBytes(GoldenVectors.Header, bytes);
        Assert.Equal(header, FrameHeader.Read(bytes, out byte version));
        Assert.Equal(FrameHeader.CurrentVersion, version);
    }

    [Fact]
    public void Bodies_of_one_number_are_the_golden_ones() => Assert.All(
        new (string Golden, ulong Value)[]
        {
            (GoldenVectors.AckBody, 0x1122334455667788),
            (GoldenVectors.PingBody, Token),
            (GoldenVectors.PongBody, Token),
            (GoldenVectors.ProbeBody, Token),
        },
        pair =>
        {
            UInt64Body body = new(pair.Value);
            AssertBytes(pair.Golden, Written(UInt64Body.Size, body.Write));
            Assert.Equal(body, UInt64Body.Read(GoldenVectors.Bytes(pair.Golden)));
            Assert.Equal(body, UInt64Body.Read(Sequences.ByteByByte(GoldenVectors.Bytes(pair.Golden))));
        });

    [Fact]
    public void Bodies_and_prefixes_of_several_fields_have_them_at_their_places()
    {
        CreditBody credit = new(3, 131_072);
        AssertBytes(GoldenVectors.CreditBody, Written(CreditBody.Size, credit.Write));
        Assert.Equal(credit, CreditBody.Read(GoldenVectors.Bytes(GoldenVectors.CreditBody)));
        Assert.Equal(credit, CreditBody.Read(Sequences.ByteByByte(GoldenVectors.Bytes(GoldenVectors.CreditBody))));

        StreamResetBody reset = new(3, StreamResetCode.Unsubscribed);
        AssertBytes(GoldenVectors.StreamResetBody, Written(StreamResetBody.Size, reset.Write));
        Assert.Equal(reset, StreamResetBody.Read(GoldenVectors.Bytes(GoldenVectors.StreamResetBody)));
        Assert.Equal(reset, StreamResetBody.Read(Sequences.ByteByByte(GoldenVectors.Bytes(GoldenVectors.StreamResetBody))));

        PushPrefix push = new(-1);
        AssertBytes(GoldenVectors.PushPrefix, Written(PushPrefix.Size, push.Write));
        Assert.Equal(push, PushPrefix.Read(GoldenVectors.Bytes(GoldenVectors.PushPrefix)));

        ChunkPrefix chunk = new(3, FrameKind.Push, FrameFlags.AckNow, MessageType.SnapshotPush, 1024 * 1024);
        AssertBytes(GoldenVectors.ChunkPrefix, Written(ChunkPrefix.Size, chunk.Write));
        Assert.Equal(chunk, ChunkPrefix.Read(GoldenVectors.Bytes(GoldenVectors.ChunkPrefix)));
    }

    [Fact]
    public void Frames_of_fixed_size_in_a_batch_are_the_golden_ones()
    {
        AssertBatch(GoldenVectors.AckFrame, batch => batch.WriteAck(new UInt64Body(1)));
        AssertBatch(GoldenVectors.PongFrame, batch => batch.WritePong(new UInt64Body(Token)));
        AssertBatch(GoldenVectors.CreditFrame, batch => batch.WriteCredit(new CreditBody(3, 131_072)));
        AssertBatch(GoldenVectors.StreamResetFrame, batch => batch.WriteStreamReset(new StreamResetBody(3, StreamResetCode.Cancelled)));
    }

    [Fact]
    public void Frames_appended_one_by_one_are_the_golden_ones()
    {
        byte[] token = Written(UInt64Body.Size, new UInt64Body(Token).Write);
        AssertAppended(GoldenVectors.PingFrame, new FrameHeader(8, FrameKind.Ping, FrameFlags.None, MessageType.None, 0), token, []);
        AssertAppended(GoldenVectors.ProbeFrame, new FrameHeader(8, FrameKind.Probe, FrameFlags.None, MessageType.None, 0), token, []);
        AssertAppended(GoldenVectors.CancelFrame, new FrameHeader(0, FrameKind.Cancel, FrameFlags.None, MessageType.None, Correlation), [], []);
        AssertAppended(
            GoldenVectors.LastChunkFrame, new FrameHeader(19, FrameKind.Chunk, FrameFlags.EndOfStream, MessageType.None, Correlation),
            Written(ChunkPrefix.Size, new ChunkPrefix(3, FrameKind.Response, FrameFlags.None, MessageType.Query, 300_003).Write), "abc"u8.ToArray());
        AssertAppended(
            GoldenVectors.PushChunkFrame, new FrameHeader(29, FrameKind.Chunk, FrameFlags.None, MessageType.None, 77),
            Written(ChunkPrefix.Size, new ChunkPrefix(4, FrameKind.Push, FrameFlags.AckNow, MessageType.SnapshotPush, 100_000).Write),
            [.. Written(PushPrefix.Size, new PushPrefix(GoldenMessages.ChangedAt).Write), 0x1A, 3, .. "pay"u8]);
        AssertAppended(
            GoldenVectors.SkippableUnknownFrame, new FrameHeader(2, (FrameKind)200, FrameFlags.Skippable, MessageType.None, 9), [], [1, 2]);
    }

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void A_message_is_written_as_its_golden_frame_and_read_from_it(string name)
    {
        GoldenMessage golden = GoldenMessages.All.Single(message => message.Name == name);
        byte[] expected = Golden(name);
        FrameHeader header = new((uint)(expected.Length - FrameHeader.Size), golden.Kind, golden.Flags, golden.Type, golden.CorrelationId);
        byte[] body = golden.Message.ToByteArray();
        int prefix = 0;
        if (golden.Kind == FrameKind.Push)
        {
            prefix = PushPrefix.Size;
            AssertPushed(expected, header, golden.ChangedAtMicroseconds, body);
            Assert.Equal(golden.ChangedAtMicroseconds, PushPrefix.Read(expected.AsSpan(FrameHeader.Size)).ChangedAtMicroseconds);
        }
        else
        {
            string hex = Convert.ToHexString(expected);
            AssertBatch(hex, batch => batch.WriteMessage(golden.Kind, golden.Flags, golden.Type, golden.CorrelationId, golden.Message));
            AssertBatch(hex, batch => batch.WriteShared(golden.Kind, golden.Flags, golden.Type, golden.CorrelationId, body));
        }

        Assert.Equal(golden.Message, golden.Message.Descriptor.Parser.ParseFrom(expected.AsSpan(FrameHeader.Size + prefix)));
    }

    [Theory]
    [MemberData(nameof(FrameNames))]
    public void Every_golden_frame_is_read_back_whole(string name)
    {
        byte[] bytes = Golden(name);
        ReadOnlySequence<byte> buffer = new(bytes);
        Assert.Equal(FrameReadStatus.Frame, FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out Frame frame, out _));
        Assert.True(buffer.IsEmpty);
        Assert.Equal(FrameOracle.Parse(bytes, WireLimits.MaximumBodyBytes).Frames, [ReadFrame.Of(frame)]);
    }

    [Fact]
    public void Every_golden_frame_is_written_by_a_test_above() =>
        Assert.Equal(GoldenVectors.Frames.Select(frame => frame.Name).Order(), Plain.Concat(GoldenMessages.All.Select(message => message.Name)).Order());

    [Fact]
    public void Every_kind_has_a_golden_frame() =>
        Assert.Empty(Enum.GetValues<FrameKind>().Except([FrameKind.None, .. GoldenVectors.Frames.Select(frame => (FrameKind)frame.Bytes[5])]));

    [Fact]
    public void Every_request_has_a_golden_frame_and_so_has_its_answer_and_every_push()
    {
        HashSet<(FrameKind, MessageType)> golden = [.. GoldenVectors.Frames.Select(frame => ((FrameKind)frame.Bytes[5], (MessageType)frame.Bytes[7]))];
        Assert.All(
            Enum.GetValues<MessageType>().Where(type => type != MessageType.None),
            type =>
            {
                // Numbers from 32 on are pushes.
                FrameKind[] kinds = (byte)type < 32 ? [FrameKind.Request, FrameKind.Response] : [FrameKind.Push];
                Assert.All(kinds, kind => Assert.Contains((kind, type), golden));
            });
    }

    [Fact]
    public void In_the_golden_session_every_request_is_answered_with_its_type_and_correlation_id()
    {
        FrameHeader[] requests = [.. Headers(fromClient: true, FrameKind.Request)];
        FrameHeader[] answers = [.. Headers(fromClient: false, FrameKind.Response)];
        Assert.NotEmpty(requests);
        Assert.Equal(requests.Select(request => (request.Type, request.CorrelationId)), answers.Select(answer => (answer.Type, answer.CorrelationId)));
        Assert.Equal(requests.Length, requests.DistinctBy(request => request.CorrelationId).Count());

        static IEnumerable<FrameHeader> Headers(bool fromClient, FrameKind kind) => GoldenVectors.Session
            .Where(frame => frame.FromClient == fromClient)
            .Select(frame => FrameHeader.Read(frame.Bytes, out _))
            .Where(header => header.Kind == kind);
    }

    private static byte[] Golden(string name) => GoldenVectors.Frames.Single(frame => frame.Name == name).Bytes;

    private static void AssertPushed(byte[] expected, FrameHeader header, long changedAt, byte[] body)
    {
        TransportResources resources = new();
        OutboundChain chain = new(resources);
        Assert.Equal(AppendOutcome.Appended, chain.AppendPush(header, changedAt, body, out _, out _));
        AssertBytes(Convert.ToHexString(expected), chain.Drain(resources));
    }

    private static void AssertBatch(string golden, Action<BatchWriter> write)
    {
        TransportResources resources = new();
        BatchWriter batch = resources.RentBatch();
        write(batch);
        AssertBytes(golden, batch.Segments.ToBytes());
        resources.Return(batch);
        Assert.Equal(0, resources.Blocks.Rented);
    }

    private static void AssertAppended(string golden, FrameHeader header, byte[] prefix, byte[] body)
    {
        TransportResources resources = new();
        OutboundChain chain = new(resources);
        Assert.Equal(AppendOutcome.Appended, chain.Append(header, prefix, body, out _));
        AssertBytes(golden, chain.Drain(resources));
    }

    private static byte[] Written(int size, WriteTo write)
    {
        byte[] bytes = new byte[size];
        write(bytes);
        return bytes;
    }

    private static void AssertBytes(string golden, byte[] actual) =>
        Assert.Equal(golden.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(actual));

    private delegate void WriteTo(Span<byte> destination);
}
