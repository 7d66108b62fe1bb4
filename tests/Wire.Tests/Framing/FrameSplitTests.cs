using System.Buffers;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Wire.Tests.Framing;

public sealed class FrameSplitTests
{
    public static TheoryData<string> FrameNames() => GoldenVectorTests.FrameNames();

    [Theory]
    [MemberData(nameof(FrameNames))]
    public void A_frame_dripping_in_byte_by_byte_is_incomplete_until_its_last_byte(string name)
    {
        byte[] bytes = Golden(name);
        for (int length = 0; length < bytes.Length; length++)
        {
            ReadOnlySequence<byte> part = new(bytes, 0, length);
            Assert.Equal(FrameReadStatus.Incomplete, FrameReader.TryRead(ref part, WireLimits.MaximumBodyBytes, out _, out GoAwayReason refusal));
            Assert.Equal(GoAwayReason.None, refusal);
            Assert.Equal(length, part.Length);
        }
    }

    [Theory]
    [MemberData(nameof(FrameNames))]
    public void A_frame_cut_into_two_segments_anywhere_is_the_same_frame(string name)
    {
        byte[] bytes = Golden(name);
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            AssertReads(bytes, Sequences.Cut(bytes, cut));
        }
    }

    [Theory]
    [MemberData(nameof(FrameNames))]
    public void A_frame_in_segments_of_one_byte_is_the_same_frame(string name)
    {
        byte[] bytes = Golden(name);
        AssertReads(bytes, Sequences.ByteByByte(bytes));
    }

    [Fact]
    public void All_frames_in_a_row_come_out_in_order_for_every_cut()
    {
        byte[] bytes = [.. GoldenVectors.Frames.SelectMany(frame => frame.Bytes)];
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            AssertReads(bytes, Sequences.Cut(bytes, cut));
        }
    }

    [Fact]
    [ProtocolRule("C-2")]
    public void The_preface_is_judged_at_every_length()
    {
        byte[] bytes = GoldenVectors.Bytes(GoldenVectors.Preface);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(PrefaceStatus.Incomplete, Preface.Check(Sequences.ByteByByte(bytes[..length])));
        }

        Assert.Equal(PrefaceStatus.Accepted, Preface.Check(new ReadOnlySequence<byte>([.. bytes, 1, 2, 3])));
    }

    [Fact]
    [ProtocolRule("C-3")]
    public void A_wrong_first_byte_is_noticed_before_the_preface_is_whole()
    {
        for (int wrong = 0; wrong < 4; wrong++)
        {
            byte[] bytes = GoldenVectors.Bytes(GoldenVectors.Preface)[..(wrong + 1)];
            bytes[wrong] ^= 0x20;
            Assert.Equal(PrefaceStatus.NotOurs, Preface.Check(new ReadOnlySequence<byte>(bytes)));
        }
    }

    [Fact]
    public void Another_version_in_the_preface_is_told_from_another_protocol()
    {
        byte[] bytes = GoldenVectors.Bytes(GoldenVectors.Preface);
        bytes[4] = 2;
        Assert.Equal(PrefaceStatus.UnsupportedVersion, Preface.Check(new ReadOnlySequence<byte>(bytes)));
    }

    [Fact]
    [ProtocolRule("C-4")]
    public void Reserved_bytes_of_the_preface_are_ignored()
    {
        byte[] bytes = GoldenVectors.Bytes(GoldenVectors.Preface);
        bytes[7] = 0xFF;
        Assert.Equal(PrefaceStatus.Accepted, Preface.Check(new ReadOnlySequence<byte>(bytes)));
    }

    private static byte[] Golden(string name) => GoldenVectors.Frames.Single(frame => frame.Name == name).Bytes;

    private static void AssertReads(byte[] bytes, ReadOnlySequence<byte> buffer)
    {
        List<ReadFrame> frames = [];
        while (FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
        {
            frames.Add(ReadFrame.Of(frame));
        }

        Assert.Equal(0, buffer.Length);
        Assert.Equal(FrameOracle.Parse(bytes, WireLimits.MaximumBodyBytes).Frames, frames);
    }
}
