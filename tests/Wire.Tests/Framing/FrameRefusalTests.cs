using System.Buffers;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Wire.Tests.Framing;

public sealed class FrameRefusalTests
{
    [Theory]
    [ProtocolRule("F-3")]
    [InlineData(WireLimits.MaximumBodyBytes + 1u)]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(0x8000_0000u)]
    [InlineData(0xFFFF_FFFFu)]
    public void Frame_larger_than_the_limit_is_refused_before_its_body_arrives(uint bodyLength) =>
        AssertRefused(GoAwayReason.FrameTooLarge, new FrameHeader(bodyLength, FrameKind.Request, FrameFlags.None, MessageType.Setup, 1), bodyBytes: 0);

    [Fact]
    [ProtocolRule("F-3")]
    public void Frame_of_exactly_the_limit_is_waited_for() =>
        AssertIncomplete(new FrameHeader(WireLimits.MaximumBodyBytes, FrameKind.Request, FrameFlags.None, MessageType.Setup, 1));

    [Fact]
    public void The_limit_is_the_callers()
    {
        FrameHeader header = new(WireLimits.MaximumSetupBodyBytes + 1, FrameKind.Request, FrameFlags.None, MessageType.Setup, 1);
        AssertRefused(GoAwayReason.FrameTooLarge, header, bodyBytes: 0, WireLimits.MaximumSetupBodyBytes);
        AssertIncomplete(header);
    }

    [Theory]
    [ProtocolRule("F-1", "F-2")]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(255)]
    public void Another_version_is_refused_first(byte version)
    {
        byte[] bytes = GoldenVectors.Bytes(GoldenVectors.PingFrame);
        bytes[3] = 0xFF;
        bytes[4] = version;
        AssertRefused(GoAwayReason.UnsupportedVersion, bytes[..FrameHeader.Size], WireLimits.MaximumBodyBytes);
    }

    [Theory]
    [ProtocolRule("F-4")]
    [InlineData(0, FrameFlags.None)]
    [InlineData(0, FrameFlags.Skippable)]
    [InlineData(13, FrameFlags.None)]
    [InlineData(255, (FrameFlags)0x7F)]
    public void Unknown_kind_is_refused(byte kind, FrameFlags flags) =>
        AssertRefused(GoAwayReason.UnknownKind, new FrameHeader(8, (FrameKind)kind, flags, MessageType.None, 1), bodyBytes: 8);

    [Fact]
    [ProtocolRule("F-4", "V-3")]
    public void Unknown_kind_that_is_skippable_is_handed_out_to_be_skipped()
    {
        byte[] bytes = [.. GoldenVectors.Bytes(GoldenVectors.SkippableUnknownFrame), .. GoldenVectors.Bytes(GoldenVectors.PongFrame)];
        ReadOnlySequence<byte> buffer = new(bytes);
        Assert.Equal(FrameReadStatus.Frame, FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out Frame unknown, out _));
        Assert.Equal((FrameKind)200, unknown.Header.Kind);
        Assert.Equal(FrameReadStatus.Frame, FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out Frame pong, out _));
        Assert.Equal(FrameKind.Pong, pong.Header.Kind);
    }

    [Theory]
    [ProtocolRule("F-5")]
    [InlineData(FrameKind.Ping, UInt64Body.Size)]
    [InlineData(FrameKind.Pong, UInt64Body.Size)]
    [InlineData(FrameKind.Probe, UInt64Body.Size)]
    [InlineData(FrameKind.Ack, UInt64Body.Size)]
    [InlineData(FrameKind.Credit, CreditBody.Size)]
    [InlineData(FrameKind.StreamReset, StreamResetBody.Size)]
    [InlineData(FrameKind.Cancel, 0)]
    public void Fixed_body_of_the_wrong_size_is_refused(FrameKind kind, int size)
    {
        for (int length = 0; length < 40; length++)
        {
            if (length == size)
            {
                continue;
            }

            AssertRefused(GoAwayReason.MalformedFrame, new FrameHeader((uint)length, kind, FrameFlags.None, MessageType.None, 1), bodyBytes: 0);
        }
    }

    [Theory]
    [ProtocolRule("F-5")]
    [InlineData(FrameKind.Push, PushPrefix.Size)]
    [InlineData(FrameKind.Chunk, ChunkPrefix.Size)]
    public void Body_too_short_for_its_prefix_is_refused(FrameKind kind, int prefix)
    {
        AssertRefused(GoAwayReason.MalformedFrame, new FrameHeader((uint)prefix - 1, kind, FrameFlags.None, MessageType.None, 1), bodyBytes: 0);
        AssertIncomplete(new FrameHeader((uint)prefix, kind, FrameFlags.None, MessageType.None, 1));
    }

    [Fact]
    [ProtocolRule("F-6")]
    public void Reserved_flags_change_nothing()
    {
        foreach ((string _, byte[] golden) in GoldenVectors.Frames)
        {
            byte[] bytes = [.. golden];
            bytes[6] |= 0x71;
            ReadOnlySequence<byte> buffer = new(bytes);
            Assert.Equal(FrameReadStatus.Frame, FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out Frame frame, out _));
            Assert.Equal(golden[16..], frame.Body.ToArray());
            Assert.True(buffer.IsEmpty);
        }
    }

    [Fact]
    public void Refusal_leaves_the_buffer_where_it_was()
    {
        byte[] bytes = [.. GoldenVectors.Bytes(GoldenVectors.PongFrame), .. new byte[64]];
        ReadOnlySequence<byte> buffer = new(bytes);
        Assert.Equal(FrameReadStatus.Frame, FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out _, out _));
        Assert.Equal(FrameReadStatus.Refused, FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out _, out GoAwayReason refusal));
        Assert.Equal(GoAwayReason.UnsupportedVersion, refusal);
        Assert.Equal(64, buffer.Length);
    }

    private static void AssertRefused(GoAwayReason expected, FrameHeader header, int bodyBytes, int limit = WireLimits.MaximumBodyBytes)
    {
        byte[] bytes = new byte[FrameHeader.Size + bodyBytes];
        header.Write(bytes);
        AssertRefused(expected, bytes, limit);
    }

    private static void AssertRefused(GoAwayReason expected, byte[] bytes, int limit)
    {
        foreach (ReadOnlySequence<byte> input in new[] { new ReadOnlySequence<byte>(bytes), Sequences.ByteByByte(bytes) })
        {
            ReadOnlySequence<byte> buffer = input;
            Assert.Equal(FrameReadStatus.Refused, FrameReader.TryRead(ref buffer, limit, out _, out GoAwayReason refusal));
            Assert.Equal(expected, refusal);
        }
    }

    private static void AssertIncomplete(FrameHeader header)
    {
        byte[] bytes = new byte[FrameHeader.Size];
        header.Write(bytes);
        ReadOnlySequence<byte> buffer = new(bytes);
        Assert.Equal(FrameReadStatus.Incomplete, FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out _, out _));
    }
}
