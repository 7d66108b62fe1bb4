using System.IO.Pipelines;
using FastRegistry.Wire.Buffers;
using FastRegistry.Wire.Outbound;
using Microsoft.Extensions.ObjectPool;

namespace FastRegistry.Wire.Transport;

/// <summary>What the connections of a process share: memory, pooled pipes and batch writers, the outbound budget.</summary>
/// <remarks>One per server or client object; outlives its connections. Any thread.</remarks>
public sealed class TransportResources
{
    private readonly DefaultObjectPool<BatchWriter> _batches;
    private readonly DefaultObjectPool<Pipe> _pipes;

    /// <summary>Creates the pools; they are empty until used.</summary>
    /// <param name="limits">Bounds of every connection's output; null = the defaults.</param>
    /// <param name="budget">Bound of all connections' output together; null = a quarter of the process' memory.</param>
    public TransportResources(OutboundLimits? limits = null, OutboundBudget? budget = null)
    {
        Limits = limits ?? new OutboundLimits();
        Budget = budget ?? new OutboundBudget();
        Segments = new SegmentPool(Blocks);
        _batches = new DefaultObjectPool<BatchWriter>(new BatchPolicy(Segments), maximumRetained: 256);
        _pipes = new DefaultObjectPool<Pipe>(new PipePolicy(Blocks), maximumRetained: 256);
    }

    /// <summary>Bytes of blocks in use above which sessions refuse to wait for large frames: a quarter of the memory the process may use.</summary>
    public long MaximumBlockBytes { get; init; } = Math.Max(64L * 1024 * 1024, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);

    /// <summary>The block pool.</summary>
    public BlockPool Blocks { get; } = new();

    /// <summary>The outbound budget of the process.</summary>
    public OutboundBudget Budget { get; }

    /// <summary>The outbound limits of each connection.</summary>
    public OutboundLimits Limits { get; }

    internal SegmentPool Segments { get; }

    internal OutboundChain CreateChain() => new(this);

    internal BatchWriter RentBatch() => _batches.Get();

    internal void Return(BatchWriter batch) => _batches.Return(batch);

    internal Pipe RentPipe() => _pipes.Get();

    /// <summary>Takes back a pipe whose content no longer matters.</summary>
    internal void Return(Pipe pipe)
    {
        pipe.Writer.Complete();
        pipe.Reader.Complete();
        _pipes.Return(pipe);
    }

    private sealed class BatchPolicy(SegmentPool segments) : PooledObjectPolicy<BatchWriter>
    {
        public override BatchWriter Create() => new(segments);

        public override bool Return(BatchWriter obj)
        {
            obj.Complete();
            return true;
        }
    }

    private sealed class PipePolicy(BlockPool blocks) : PooledObjectPolicy<Pipe>
    {
        // No pause threshold: the writer is the receive loop, which reads only when the handler has taken what was there.
        private readonly PipeOptions _options = new(
            blocks, PipeScheduler.Inline, PipeScheduler.Inline, pauseWriterThreshold: 0, minimumSegmentSize: BlockPool.BlockBytes, useSynchronizationContext: false);

        public override Pipe Create() => new(_options);

        public override bool Return(Pipe obj)
        {
            obj.Reset();
            return true;
        }
    }
}
