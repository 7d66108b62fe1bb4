using System.Buffers;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Tests.Outbound;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Wire.Tests.Framing;

public sealed class GoldenVectorTests
{
    private const ulong Correlation = (7UL << 32) | 3;
    private const ulong Token = 0x0102030405060708;
    private const long ChangedAt = 1_700_000_000_000_000;

    private static readonly Instance OneInstance = new() { Ip = "10.0.0.1", Port = 8080 };
    private static readonly Snapshot OneSnapshot = new()
    {
        Name = "pay",
        Epoch = new Epoch { Node = 1, Incarnation = 2 },
        Revision = 7,
        Instances = { OneInstance },
    };

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
        FrameHeader header = new(258, FrameKind.Request, FrameFlags.CarriesAck | FrameFlags.Skippable, MessageType.Register, Correlation);
        byte[] bytes = new byte[FrameHeader.Size];
        header.Write(bytes);
        AssertBytes(GoldenVectors.Header, bytes);
        Assert.Equal(header, FrameHeader.Read(bytes, out byte version));
        Assert.Equal(FrameHeader.CurrentVersion, version);
    }

    [Fact]
    public void Fixed_bodies_have_their_fields_at_their_places()
    {
        UInt64Body ack = new(0x1122334455667788);
        AssertBytes(GoldenVectors.AckBody, Written(UInt64Body.Size, ack.Write));
        Assert.Equal(ack, UInt64Body.Read(GoldenVectors.Bytes(GoldenVectors.AckBody)));

        PingBody ping = new(Token, 9);
        AssertBytes(GoldenVectors.PingBody, Written(PingBody.Size, ping.Write));
        Assert.Equal(ping, PingBody.Read(GoldenVectors.Bytes(GoldenVectors.PingBody)));

        UInt64Body pong = new(Token);
        AssertBytes(GoldenVectors.PongBody, Written(UInt64Body.Size, pong.Write));
        Assert.Equal(pong, UInt64Body.Read(GoldenVectors.Bytes(GoldenVectors.PongBody)));

        UInt64Body probe = new(Token);
        AssertBytes(GoldenVectors.ProbeBody, Written(UInt64Body.Size, probe.Write));
        Assert.Equal(probe, UInt64Body.Read(GoldenVectors.Bytes(GoldenVectors.ProbeBody)));

        CreditBody credit = new(3, 131_072);
        AssertBytes(GoldenVectors.CreditBody, Written(CreditBody.Size, credit.Write));
        Assert.Equal(credit, CreditBody.Read(GoldenVectors.Bytes(GoldenVectors.CreditBody)));

        PushPrefix push = new(5, -1);
        AssertBytes(GoldenVectors.PushPrefix, Written(PushPrefix.Size, push.Write));
        Assert.Equal(push, PushPrefix.Read(GoldenVectors.Bytes(GoldenVectors.PushPrefix)));

        ChunkPrefix chunk = new(3, FrameKind.Push, FrameFlags.AckNow, MessageType.SnapshotPush, 1024 * 1024);
        AssertBytes(GoldenVectors.ChunkPrefix, Written(ChunkPrefix.Size, chunk.Write));
        Assert.Equal(chunk, ChunkPrefix.Read(GoldenVectors.Bytes(GoldenVectors.ChunkPrefix)));
    }

    [Fact]
    public void Frames_of_a_batch_are_the_golden_ones()
    {
        AssertBatch(GoldenVectors.SetupRequestFrame, batch => batch.WriteMessage(
            FrameKind.Request, FrameFlags.None, MessageType.Setup, 1UL << 32,
            new SetupRequest
            {
                ClientName = "orders",
                ClientInstanceId = ByteString.CopyFrom([.. Enumerable.Range(0, 16).Select(i => (byte)i)]),
                Capabilities = (ulong)(Capabilities.Chunks | Capabilities.ProvisionalLists),
            }));
        AssertBatch(GoldenVectors.RegisterRequestFrame, batch => batch.WriteMessage(
            FrameKind.Request, FrameFlags.None, MessageType.Register, Correlation, new RegisterRequest { Name = "pay", Instance = OneInstance }));
        AssertBatch(GoldenVectors.RegisterReplyFrame, batch => batch.WriteShared(
            FrameKind.Response, FrameFlags.None, MessageType.Register, Correlation, new RegisterReply { Revision = 7, Changed = true }.ToByteArray()));
        AssertBatch(GoldenVectors.ErrorResponseFrame, batch => batch.WriteMessage(
            FrameKind.Response, FrameFlags.Error, MessageType.Register, Correlation,
            new ErrorReply { Code = (uint)ErrorCode.InvalidArgument, Field = "port", Text = "0 is no port" }));
        AssertBatch(GoldenVectors.GoAwayFrame, batch => batch.WriteMessage(
            FrameKind.GoAway, FrameFlags.None, MessageType.None, 0, new GoAway { Reason = (uint)GoAwayReason.Stopping, Text = "bye" }));
        AssertBatch(GoldenVectors.AckFrame, batch => batch.WriteAck(new UInt64Body(5)));
        AssertBatch(GoldenVectors.PongFrame, batch => batch.WritePong(new UInt64Body(Token)));
        AssertBatch(GoldenVectors.CreditFrame, batch => batch.WriteCredit(new CreditBody(3, 131_072)));
    }

    [Fact]
    public void Frames_appended_one_by_one_are_the_golden_ones()
    {
        byte[] unsubscribe = new UnsubscribeRequest { SubscriptionId = 77 }.ToByteArray();
        AssertAppended(
            GoldenVectors.RequestCarryingAckFrame,
            new FrameHeader(17, FrameKind.Request, FrameFlags.CarriesAck, MessageType.Unsubscribe, Correlation),
            Written(UInt64Body.Size, new UInt64Body(5).Write), unsubscribe);
        AssertAppended(
            GoldenVectors.PingFrame, new FrameHeader(16, FrameKind.Ping, FrameFlags.None, MessageType.None, 0),
            Written(PingBody.Size, new PingBody(Token, 5).Write), []);
        AssertAppended(
            GoldenVectors.ProbeFrame, new FrameHeader(8, FrameKind.Probe, FrameFlags.None, MessageType.None, 0),
            Written(UInt64Body.Size, new UInt64Body(Token).Write), []);
        AssertAppended(GoldenVectors.CancelFrame, new FrameHeader(0, FrameKind.Cancel, FrameFlags.None, MessageType.None, Correlation), [], []);
        AssertAppended(
            GoldenVectors.LastChunkFrame, new FrameHeader(19, FrameKind.Chunk, FrameFlags.EndOfStream, MessageType.None, Correlation),
            Written(ChunkPrefix.Size, new ChunkPrefix(3, FrameKind.Response, FrameFlags.None, MessageType.Query, 300_003).Write), "abc"u8.ToArray());
        AssertAppended(
            GoldenVectors.SkippableUnknownFrame, new FrameHeader(2, (FrameKind)200, FrameFlags.Skippable, MessageType.None, 9), [], [1, 2]);
    }

    [Fact]
    public void A_push_is_the_golden_one() => AssertPushed(GoldenVectors.SnapshotPushFrame, pushesBefore: 4, MessageType.SnapshotPush, OneSnapshot);

    [Fact]
    public void A_push_of_a_delta_is_the_golden_one() => AssertPushed(
        GoldenVectors.DeltaPushFrame,
        pushesBefore: 5,
        MessageType.DeltaPush,
        new SnapshotDelta
        {
            Name = "pay",
            Epoch = OneSnapshot.Epoch,
            BaseRevision = 7,
            Revision = 8,
            Upserted = { new Instance { Ip = "10.0.0.2", Port = 8080 } },
            Removed = { new InstanceKey { Ip = "10.0.0.1", Port = 8080 } },
        });

    [Theory]
    [MemberData(nameof(FrameNames))]
    public void Every_golden_frame_is_read_back_whole(string name)
    {
        byte[] bytes = GoldenVectors.Frames.Single(frame => frame.Name == name).Bytes;
        ReadOnlySequence<byte> buffer = new(bytes);
        Assert.Equal(FrameReadStatus.Frame, FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out Frame frame, out _));
        Assert.True(buffer.IsEmpty);
        Assert.Equal(FrameOracle.Parse(bytes, WireLimits.MaximumBodyBytes).Frames, [ReadFrame.Of(frame)]);
    }

    [Fact]
    public void Every_kind_has_a_golden_frame() =>
        Assert.Subset(
            GoldenVectors.Frames.Select(frame => (FrameKind)frame.Bytes[5]).ToHashSet(),
            Enum.GetValues<FrameKind>().Where(kind => kind != FrameKind.None).ToHashSet());

    public static TheoryData<string> FrameNames() => [.. GoldenVectors.Frames.Select(frame => frame.Name)];

    [Fact]
    public void Session_of_the_protocol_document_is_what_this_build_writes()
    {
        Epoch epoch = new() { Node = 1, Incarnation = 2 };
        SetupReply setup = new()
        {
            Epoch = epoch,
            Capabilities = 3,
            SeesMajority = true,
            ClientAddresses = { "127.0.0.1:7848" },
            ServerName = "n1",
            ServerVersion = "0.1.0",
            IdleProbeMilliseconds = 20_000,
            MaximumBodyBytes = 4 * 1024 * 1024,
        };
        SubscribeRequest subscribe = new() { SubscriptionId = 77, Name = "pay" };
        Snapshot empty = new() { Name = "pay", Epoch = epoch, Revision = 6, EmptyReason = EmptyReason.Deregistered };

        AssertBatch(GoldenVectors.SetupReplyFrame, batch => batch.WriteMessage(FrameKind.Response, FrameFlags.None, MessageType.Setup, 1UL << 32, setup));
        AssertBatch(GoldenVectors.SubscribeRequestFrame, batch => batch.WriteMessage(FrameKind.Request, FrameFlags.None, MessageType.Subscribe, 2UL << 32, subscribe));
        AssertBatch(GoldenVectors.SubscribeReplyFrame, batch => batch.WriteMessage(FrameKind.Response, FrameFlags.None, MessageType.Subscribe, 2UL << 32, empty));
        AssertBatch(GoldenVectors.ClientClosingFrame, batch => batch.WriteMessage(FrameKind.GoAway, FrameFlags.None, MessageType.None, 0, new GoAway { Reason = 19 }));
    }

    private static void AssertPushed(string expected, int pushesBefore, MessageType type, IMessage message)
    {
        TransportResources resources = new();
        OutboundChain chain = new(resources);
        for (int i = 0; i < pushesBefore; i++)
        {
            chain.TakePushSequence();
        }

        byte[] body = message.ToByteArray();
        FrameHeader header = new((uint)(PushPrefix.Size + body.Length), FrameKind.Push, FrameFlags.None, type, 77);
        Assert.Equal(AppendOutcome.Appended, chain.AppendPush(header, ChangedAt, body, out _, out _));
        AssertBytes(expected, chain.Drain(resources));
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
