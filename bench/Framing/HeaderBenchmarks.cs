using BenchmarkDotNet.Attributes;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Bench.Framing;

/// <summary>The 16 bytes in front of every frame; figures are per header.</summary>
[MemoryDiagnoser]
public class HeaderBenchmarks
{
    private const int Headers = 64;

    private readonly byte[] _bytes = new byte[Headers * FrameHeader.Size];

    [GlobalSetup]
    public void SetUp() => Write();

    [Benchmark(OperationsPerInvoke = Headers)]
    public void Write()
    {
        for (int i = 0; i < Headers; i++)
        {
            new FrameHeader((uint)i, FrameKind.Request, FrameFlags.None, MessageType.Query, (ulong)i).Write(_bytes.AsSpan(i * FrameHeader.Size));
        }
    }

    [Benchmark(OperationsPerInvoke = Headers)]
    public ulong Read()
    {
        ulong sum = 0;
        for (int i = 0; i < Headers; i++)
        {
            FrameHeader header = FrameHeader.Read(_bytes.AsSpan(i * FrameHeader.Size), out byte version);
            sum += header.CorrelationId + header.BodyLength + version;
        }

        return sum;
    }
}
