using System.Buffers;
using BenchmarkDotNet.Attributes;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Bench.Framing;

/// <summary>Cutting pings out of what was received; figures are per frame, whatever the number of frames in a buffer.</summary>
[MemoryDiagnoser]
public class FrameReaderBenchmarks
{
    private const int Frames = 64;
    private const int FrameBytes = FrameHeader.Size + UInt64Body.Size;

    // Not a divisor of the frame's length: headers and bodies lie across segments in turns.
    private const int SegmentBytes = 100;

    private ReadOnlySequence<byte> _contiguous;
    private ReadOnlySequence<byte> _segmented;

    /// <summary>Frames that came in one receive.</summary>
    [Params(1, 64)]
    public int FramesPerBuffer { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        byte[] bytes = new byte[FramesPerBuffer * FrameBytes];
        for (int i = 0; i < FramesPerBuffer; i++)
        {
            Span<byte> frame = bytes.AsSpan(i * FrameBytes);
            new FrameHeader(UInt64Body.Size, FrameKind.Ping, FrameFlags.None, MessageType.None, 0).Write(frame);
            new UInt64Body((ulong)i).Write(frame[FrameHeader.Size..]);
        }

        _contiguous = new ReadOnlySequence<byte>(bytes);
        _segmented = BufferChain.Create(bytes, FramesPerBuffer == 1 ? FrameHeader.Size / 2 : SegmentBytes);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Frames)]
    public long OneSegment() => ReadAll(_contiguous);

    [Benchmark(OperationsPerInvoke = Frames)]
    public long ManySegments() => ReadAll(_segmented);

    private long ReadAll(in ReadOnlySequence<byte> received)
    {
        long bodyBytes = 0;
        for (int buffers = Frames / FramesPerBuffer; buffers > 0; buffers--)
        {
            ReadOnlySequence<byte> buffer = received;
            while (FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
            {
                bodyBytes += frame.Body.Length;
            }
        }

        return bodyBytes;
    }
}
