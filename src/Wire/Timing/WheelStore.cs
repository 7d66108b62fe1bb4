using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace FastRegistry.Wire.Timing;

/// <summary>
/// The entries and their free list. Any thread takes an entry; only the wheel's thread gives one back, once it is in no slot and not in the inbox.
/// Both under a short lock; looking an entry up needs none, as chunks never move. Lives as long as its wheel.
/// </summary>
internal sealed class WheelStore
{
    private readonly int _maximumEntries;
    private readonly WheelChunk[] _chunks;
    private readonly Lock _lock = new();
    private int _freeHead = WheelEntry.None;
    private int _everUsed;
    private int _allocated;

    public WheelStore(int maximumEntries)
    {
        _maximumEntries = maximumEntries;
        _chunks = new WheelChunk[((maximumEntries - 1) >> WheelChunk.Shift) + 1];
        Array.Fill(_chunks, WheelChunk.Empty);
    }

    public int Allocated => Volatile.Read(ref _allocated);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref WheelEntry Entry(int index) => ref _chunks[index >> WheelChunk.Shift].Entries[index & WheelChunk.Mask];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref long Start(int index) => ref _chunks[index >> WheelChunk.Shift].Starts[index & WheelChunk.Mask];

    /// <summary>Asks for the cache lines of an entry ahead of use. A hint only, so that the addresses may go stale does not matter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(int index)
    {
        if (Sse.IsSupported)
        {
            ref WheelEntry entry = ref Entry(index);
            Sse.Prefetch0(Unsafe.AsPointer(ref Start(index)));
            Sse.Prefetch0(Unsafe.AsPointer(ref entry.Armed));
            Sse.Prefetch0(Unsafe.AsPointer(ref entry.Flags));
        }
    }

    public bool TryAllocate(IDeadlineOwner owner, out int index)
    {
        lock (_lock)
        {
            if (!TryTakeIndexLocked(out index))
            {
                return false;
            }

            Volatile.Write(ref _allocated, _allocated + 1);
        }

        ref WheelEntry entry = ref Entry(index);
        entry.Owner = owner;
        Interlocked.Or(ref entry.Flags, WheelEntry.Live);
        return true;
    }

    /// <summary>Wheel's thread only; the entry is unlinked and released.</summary>
    public void Free(int index)
    {
        ref WheelEntry entry = ref Entry(index);
        entry.Owner = null;
        Volatile.Write(ref entry.LinkedAt, WheelEntry.Unlinked);
        Volatile.Write(ref entry.Armed, PackedDeadline.Disarmed);
        Volatile.Write(ref Start(index), WheelChunk.NeverStarted);
        lock (_lock)
        {
            entry.Next = _freeHead;
            _freeHead = index;
            Volatile.Write(ref _allocated, _allocated - 1);
        }
    }

    private bool TryTakeIndexLocked(out int index)
    {
        if (_freeHead != WheelEntry.None)
        {
            index = _freeHead;
            _freeHead = Entry(index).Next;
            return true;
        }

        if (_everUsed == _maximumEntries)
        {
            index = WheelEntry.None;
            return false;
        }

        index = _everUsed++;
        if ((index & WheelChunk.Mask) == 0)
        {
            Volatile.Write(ref _chunks[index >> WheelChunk.Shift], WheelChunk.Create());
        }

        return true;
    }
}
