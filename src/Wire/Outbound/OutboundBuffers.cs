using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Microsoft.Extensions.ObjectPool;

namespace FastRegistry.Wire.Outbound;

/// <summary>What the connections of a process share: the pools of blocks, segments, pipes and batch writers, and the bounds of their output.</summary>
/// <remarks>
/// One per server or client object; outlives its connections. Thread-safe. The rest of this file is the memory that waits to be sent, from the inside out:
/// a <see cref="Block"/> is a page of pinned memory, an <see cref="OutboundSegment"/> is a filled part of a block or a shared body, a
/// <see cref="SegmentList"/> is a queue of segments with one owner, and a <see cref="BatchWriter"/> collects answers in such a list.
/// </remarks>
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
        SharedBodies = new SharedBodies(Budget);
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

    /// <summary>The bodies of all open streams, counted in the budget.</summary>
    internal SharedBodies SharedBodies { get; }

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

/// <summary>How much may wait to be sent on one connection.</summary>
public sealed record OutboundLimits
{
    /// <summary>The high-water mark: while more bytes wait, pushes only mark a resync and the connection's requests are not read. Default 64 KiB. A smaller
    /// mark costs throughput on long round trips, a larger one costs memory for every slow reader.</summary>
    public int HighWaterMarkBytes { get; init; } = 64 * 1024;

    /// <summary>With more bytes than this waiting, anything further ends the connection as a slow consumer. Default 1 MiB. Reached only when many answers
    /// were in work when the output passed the high-water mark; at most one more frame is held.</summary>
    public int HardBytes { get; init; } = 1024 * 1024;
}

/// <summary>Whether a frame was taken into the outbound chain.</summary>
public enum AppendOutcome
{
    /// <summary>Taken: it will be sent in the order of the chain.</summary>
    Appended,

    /// <summary>Not taken: the connection's output is above its high-water mark, or that of all connections above the budget. Try again when it has
    /// drained.</summary>
    AboveHighWaterMark,

    /// <summary>Not taken: the connection is closing.</summary>
    Closed,
}

/// <summary>Collects the answers of one received batch; the transport splices them into the connection's chain once, at the end of the batch.</summary>
/// <remarks>Pooled by the transport, used by one thread at a time, so it takes no lock. Nothing is sent while it is being filled.</remarks>
public sealed class BatchWriter : PipeWriter
{
    private readonly SegmentPool _pool;
    private SegmentList _segments;

    internal BatchWriter(SegmentPool pool) => _pool = pool;

    /// <summary>Bytes collected so far.</summary>
    public long Bytes => _segments.Bytes;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => _segments.Bytes;

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0) => _segments.GetMemory(sizeHint, _pool);

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => _segments.GetMemory(sizeHint, _pool).Span;

    /// <inheritdoc/>
    public override void Advance(int bytes) => _segments.Advance(bytes);

    /// <summary>Links a body by reference. It must never change afterwards.</summary>
    public void AppendShared(ReadOnlyMemory<byte> body) => _segments.AppendShared(body, _pool);

    /// <summary>Does nothing: the transport flushes when the batch ends.</summary>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

    /// <summary>Does nothing: there is never a pending flush.</summary>
    public override void CancelPendingFlush()
    {
    }

    /// <summary>Drops what was collected.</summary>
    public override void Complete(Exception? exception = null) => _segments.Clear(_pool);

    internal ref SegmentList Segments => ref _segments;
}

/// <summary>A singly linked list of segments with room to append. A mutable struct: it has exactly one owner, which keeps it in a field.</summary>
internal struct SegmentList
{
    private OutboundSegment? _head;
    private OutboundSegment? _tail;

    /// <summary>Bytes in all segments.</summary>
    public long Bytes { get; private set; }

    public readonly bool IsEmpty => _head is null;

    public readonly OutboundSegment? Head => _head;

    /// <summary>Room of at least <paramref name="minimumBytes"/> behind what was written; claim it with <see cref="Advance"/>.</summary>
    public Memory<byte> GetMemory(int minimumBytes, SegmentPool pool)
    {
        if (_tail?.Block is not { } block || block.Capacity - _tail.Used < Math.Max(minimumBytes, 1))
        {
            Link(pool.RentBlock(minimumBytes));
            block = _tail!.Block!;
        }

        return block.Memory[_tail.Used..];
    }

    /// <summary>Claims bytes written to the memory last handed out.</summary>
    public void Advance(int bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        OutboundSegment? tail = _tail;
        if (tail?.Block is null || bytes < 0 || bytes > tail.Block.Capacity - tail.Used)
        {
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "more than the memory last handed out");
        }

        // Bytes that RemoveFront took off the front of this block stay off.
        int start = tail.Used - tail.Memory.Length;
        tail.Used += bytes;
        tail.Memory = tail.Block.Memory[start..tail.Used];
        Bytes += bytes;
    }

    public void Append(ReadOnlySpan<byte> source, SegmentPool pool)
    {
        while (!source.IsEmpty)
        {
            Span<byte> room = GetMemory(1, pool).Span;
            int length = Math.Min(room.Length, source.Length);
            source[..length].CopyTo(room);
            Advance(length);
            source = source[length..];
        }
    }

    /// <summary>Links a body that others send too; it is not copied and must never change.</summary>
    public void AppendShared(ReadOnlyMemory<byte> body, SegmentPool pool)
    {
        if (!body.IsEmpty)
        {
            Link(pool.RentShared(body));
            Bytes += body.Length;
        }
    }

    /// <summary>Moves everything from <paramref name="other"/> to the end of this list.</summary>
    public void Splice(ref SegmentList other)
    {
        if (other._head is null)
        {
            return;
        }

        if (_tail is null)
        {
            _head = other._head;
        }
        else
        {
            _tail.Next = other._head;
        }

        _tail = other._tail;
        Bytes += other.Bytes;
        other = default;
    }

    /// <summary>Drops the first <paramref name="bytes"/> bytes and gives the segments they filled back.</summary>
    public void RemoveFront(long bytes, SegmentPool pool)
    {
        Debug.Assert(bytes <= Bytes, "cannot remove more than the list holds");
        Bytes -= bytes;
        while (bytes > 0 && _head is { } head)
        {
            if (bytes < head.Memory.Length)
            {
                head.Memory = head.Memory[(int)bytes..];
                return;
            }

            bytes -= head.Memory.Length;
            _head = head.Next;
            pool.Return(head);
        }

        // A block that was rented and never written to has no bytes to count it by.
        while (_head is { Memory.Length: 0 } empty)
        {
            _head = empty.Next;
            pool.Return(empty);
        }

        if (_head is null)
        {
            _tail = null;
        }
    }

    /// <summary>Gives every segment back.</summary>
    public void Clear(SegmentPool pool)
    {
        OutboundSegment? segment = _head;
        while (segment is not null)
        {
            OutboundSegment? next = segment.Next;
            pool.Return(segment);
            segment = next;
        }

        this = default;
    }

    private void Link(OutboundSegment segment)
    {
        if (_tail is null)
        {
            _head = segment;
        }
        else
        {
            _tail.Next = segment;
        }

        _tail = segment;
    }
}

/// <summary>One link of an outbound chain: either a pooled block that is being filled, or a reference to a shared body.</summary>
/// <remarks>Pooled. Owned by whoever holds the <see cref="SegmentList"/> it is in; never touched by two threads at a time.</remarks>
internal sealed class OutboundSegment
{
    /// <summary>What is to be sent.</summary>
    public ReadOnlyMemory<byte> Memory;

    /// <summary>The block behind <see cref="Memory"/>; null for a shared body, which the garbage collector owns.</summary>
    public Block? Block;

    public OutboundSegment? Next;

    /// <summary>Bytes of <see cref="Block"/> in use; the rest may still be filled while the segment is the tail of its list.</summary>
    public int Used;
}

/// <summary>The pool of segments and, through <see cref="BlockPool"/>, of their blocks. Thread-safe.</summary>
internal sealed class SegmentPool(BlockPool blocks)
{
    private readonly DefaultObjectPool<OutboundSegment> _segments = new(new SegmentPolicy(), maximumRetained: 4096);

    public OutboundSegment RentBlock(int minimumBytes)
    {
        OutboundSegment segment = _segments.Get();
        segment.Block = blocks.RentBlock(minimumBytes);
        return segment;
    }

    public OutboundSegment RentShared(ReadOnlyMemory<byte> body)
    {
        OutboundSegment segment = _segments.Get();
        segment.Memory = body;
        return segment;
    }

    public void Return(OutboundSegment segment)
    {
        segment.Block?.Dispose();
        segment.Block = null;
        segment.Memory = default;
        segment.Next = null;
        segment.Used = 0;
        _segments.Return(segment);
    }

    private sealed class SegmentPolicy : PooledObjectPolicy<OutboundSegment>
    {
        public override OutboundSegment Create() => new();

        public override bool Return(OutboundSegment obj) => true;
    }
}

/// <summary>A pinned piece of memory from a <see cref="BlockPool"/>. One owner at a time; <see cref="Dispose"/> gives it back.</summary>
public sealed class Block : IMemoryOwner<byte>
{
    private readonly BlockPool _pool;
    private readonly byte[] _pinned;
    private int _rented;

    internal Block(BlockPool pool, int bytes, bool pooled)
    {
        _pool = pool;
        _pinned = GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
        Pooled = pooled;
    }

    /// <summary>Usable bytes.</summary>
    public int Capacity => _pinned.Length;

    /// <inheritdoc/>
    public Memory<byte> Memory => MemoryMarshal.CreateFromPinnedArray(_pinned, 0, _pinned.Length);

    /// <summary>False for an odd size, which is not kept after use.</summary>
    internal bool Pooled { get; }

    /// <summary>Gives the block back to its pool; later calls for the same rent do nothing.</summary>
    public void Dispose()
    {
        // A second call for the same rent must not put the block into the pool twice.
        if (Interlocked.Exchange(ref _rented, 0) == 1)
        {
            _pool.Return(this);
        }
    }

    internal void MarkRented() => Volatile.Write(ref _rented, 1);
}

/// <summary>Shared pool of pinned 4 KiB blocks for all connections of a process.</summary>
/// <remarks>
/// Lives as long as its transport; every method may be called from any thread. An idle connection holds no block. When more than
/// <see cref="MaximumRetained"/> blocks are free, further ones go to the garbage collector. The pool does not limit how many are rented: the
/// bounds are where the bytes are queued (<see cref="OutboundBudget"/>, frame size, started-frame deadline).
/// </remarks>
public sealed class BlockPool : MemoryPool<byte>
{
    /// <summary>Bytes of a block: one page, which holds a heartbeat and its answer hundreds of times.</summary>
    public const int BlockBytes = 4096;

    private readonly ConcurrentQueue<Block> _free = new();
    private int _freeCount;
    private long _rented;

    /// <summary>Creates an empty pool; blocks are made on demand.</summary>
    /// <param name="maximumRetained">Free blocks kept, default 8,192 (32 MiB). More only costs memory after a burst.</param>
    public BlockPool(int maximumRetained = 8192)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximumRetained);
        MaximumRetained = maximumRetained;
    }

    /// <summary>Free blocks kept at most.</summary>
    public int MaximumRetained { get; }

    /// <summary>Blocks that are rented now. Returns to 0 when every connection is closed, which tests and metrics use as a check for leaks.</summary>
    public long Rented => Interlocked.Read(ref _rented);

    /// <summary>Bytes of the rented blocks, counting each as one of the usual size.</summary>
    public long RentedBytes => Rented * BlockBytes;

    /// <summary>Blocks waiting for reuse.</summary>
    public int Free => Volatile.Read(ref _freeCount);

    /// <inheritdoc/>
    public override int MaxBufferSize => Array.MaxLength;

    /// <summary>Takes a block of <see cref="BlockBytes"/>, or a larger unpooled one when <paramref name="minimumBytes"/> asks for it.</summary>
    public Block RentBlock(int minimumBytes = 0)
    {
        Interlocked.Increment(ref _rented);
        Block? block;
        if (minimumBytes > BlockBytes)
        {
            block = new Block(this, minimumBytes, pooled: false);
        }
        else if (_free.TryDequeue(out block))
        {
            Interlocked.Decrement(ref _freeCount);
        }
        else
        {
            block = new Block(this, BlockBytes, pooled: true);
        }

        block.MarkRented();
        return block;
    }

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => RentBlock(minBufferSize);

    internal void Return(Block block)
    {
        Interlocked.Decrement(ref _rented);
        if (!block.Pooled)
        {
            return;
        }

        if (Interlocked.Increment(ref _freeCount) <= MaximumRetained)
        {
            _free.Enqueue(block);
        }
        else
        {
            Interlocked.Decrement(ref _freeCount);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _free.Clear();
}
