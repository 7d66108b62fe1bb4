using BenchmarkDotNet.Attributes;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Bench.Framing;

/// <summary>What a connection does to have bytes sent, up to the point where the transport has them; figures are per frame.</summary>
[MemoryDiagnoser]
public class OutboundBenchmarks
{
    private const int Pongs = 64;
    private const int Pushes = 16;
    private const int BodyBytes = 1024;

    private readonly TransportResources _resources = new();
    private readonly byte[] _body = new byte[BodyBytes];
    private OutboundChain _chain = null!;
    private SegmentList _taken;

    [GlobalSetup]
    public void SetUp() => _chain = new OutboundChain(_resources);

    /// <summary>The answers of a batch of 64 pings, spliced and taken by the sender.</summary>
    [Benchmark(OperationsPerInvoke = Pongs)]
    public long PongBatch()
    {
        BatchWriter batch = _resources.RentBatch();
        for (int i = 0; i < Pongs; i++)
        {
            batch.WritePong(new UInt64Body((ulong)i));
        }

        _chain.Splice(batch);
        _resources.Return(batch);
        return TakeAll();
    }

    /// <summary>Writing alone: no chain, no sender.</summary>
    [Benchmark(OperationsPerInvoke = Pongs)]
    public long PongsIntoBatchOnly()
    {
        BatchWriter batch = _resources.RentBatch();
        for (int i = 0; i < Pongs; i++)
        {
            batch.WritePong(new UInt64Body((ulong)i));
        }

        long bytes = batch.Bytes;
        _resources.Return(batch);
        return bytes;
    }

    /// <summary>One push to one connection: the body is shared, header and prefix are its own.</summary>
    [Benchmark]
    public long Push()
    {
        AppendPush(1);
        return TakeAll();
    }

    /// <summary>16 pushes that wait together, taken at once; per push.</summary>
    [Benchmark(OperationsPerInvoke = Pushes)]
    public long PushesTakenTogether()
    {
        for (int i = 0; i < Pushes; i++)
        {
            AppendPush((ulong)i);
        }

        return TakeAll();
    }

    private void AppendPush(ulong subscription)
    {
        FrameHeader header = new(PushPrefix.Size + BodyBytes, FrameKind.Push, FrameFlags.None, MessageType.SnapshotPush, subscription);
        _chain.AppendPush(header, 1, _body, out _, out _);
    }

    private long TakeAll()
    {
        long bytes = 0;
        while (_chain.TryTake(ref _taken, out _))
        {
            long taken = _taken.Bytes;
            _taken.RemoveFront(taken, _resources.Segments);
            _chain.Sent(taken);
            bytes += taken;
        }

        return bytes;
    }
}
