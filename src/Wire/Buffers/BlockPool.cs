using System.Buffers;
using System.Collections.Concurrent;

namespace FastRegistry.Wire.Buffers;

/// <summary>Shared pool of pinned 4 KiB blocks for all connections of a process.</summary>
/// <remarks>
/// Lives as long as its transport; every method may be called from any thread. An idle connection holds no block. When more than
/// <see cref="MaximumRetained"/> blocks are free, further ones go to the garbage collector. The pool does not limit how many are rented: the
/// bounds are where the bytes are queued (<c>OutboundBudget</c>, frame size, started-frame deadline).
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

    /// <summary>Blocks that are out at this moment. Returns to 0 when every connection is closed: the leak check of tests and metrics.</summary>
    public long Rented => Interlocked.Read(ref _rented);

    /// <summary>Bytes of the blocks that are out, counting each as one of the usual size.</summary>
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
            block = new Block(this, GC.AllocateUninitializedArray<byte>(minimumBytes, pinned: true), pooled: false);
        }
        else if (_free.TryDequeue(out block))
        {
            Interlocked.Decrement(ref _freeCount);
        }
        else
        {
            block = new Block(this, GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true), pooled: true);
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
