using System.Buffers;

namespace FastRegistry.Wire.Buffers;

/// <summary>A pinned piece of memory from a <see cref="BlockPool"/>. One owner at a time; <see cref="IDisposable.Dispose"/> gives it back.</summary>
public sealed class Block : MemoryManager<byte>
{
    private readonly BlockPool _pool;
    private readonly byte[] _array;
    private int _rented;

    internal Block(BlockPool pool, byte[] pinnedArray, bool pooled)
    {
        _pool = pool;
        _array = pinnedArray;
        Pooled = pooled;
    }

    /// <summary>Usable bytes.</summary>
    public int Capacity => _array.Length;

    /// <summary>False for the odd size that is not kept after use.</summary>
    internal bool Pooled { get; }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => _array;

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_array.Length);
        unsafe
        {
            // The array lives on the pinned heap: no handle to hold.
            byte* start = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _array[0]);
            return new MemoryHandle(start + elementIndex);
        }
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <summary>Gives the block back to its pool; later calls for the same rent do nothing.</summary>
    public void Release() => Dispose(disposing: true);

    internal void MarkRented() => Volatile.Write(ref _rented, 1);

    /// <inheritdoc/>
    protected override bool TryGetArray(out ArraySegment<byte> segment)
    {
        segment = new ArraySegment<byte>(_array);
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // A second Dispose of the same rent must not put the block into the pool twice.
        if (disposing && Interlocked.Exchange(ref _rented, 0) == 1)
        {
            _pool.Return(this);
        }
    }
}
