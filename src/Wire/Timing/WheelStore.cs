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

    /// <summary>The chunks; their number never changes. For <see cref="TimingWheel.Touch"/>, the one operation on the path of every frame.</summary>
    public WheelChunk[] Chunks => _chunks;

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

/// <summary>
/// Everything of an entry but its start, which activity stores to and which therefore lives in an array of its own. One struct and not an array
/// per field: the wheel meets entries in no order, so each further array would be a further cache miss.
/// </summary>
internal struct WheelEntry
{
    /// <summary>No entry, in every index field.</summary>
    public const int None = -1;

    /// <summary><see cref="LinkedAt"/> of an entry in no slot.</summary>
    public const long Unlinked = long.MaxValue;

    /// <summary>Bits of <see cref="Flags"/>: the entry is in the inbox, or the wheel's thread holds the part of the inbox it is in.</summary>
    public const int InInbox = 1;

    /// <summary>Allocated and not yet released.</summary>
    public const int Live = 2;

    /// <summary>Released, to be put on the free list by the wheel's thread.</summary>
    public const int Released = 4;

    /// <summary>The deadline as a <see cref="PackedDeadline"/>; any thread, interlocked.</summary>
    public long Armed;

    /// <summary>A deadline up to this millisecond is earlier than the slot the entry is in. Written by the wheel's thread, read by any.</summary>
    public long LinkedAt;

    /// <summary>Set by the allocating thread, cleared by the wheel's thread when it takes the entry back.</summary>
    public IDeadlineOwner? Owner;

    /// <summary>Next entry in the slot (wheel's thread) or in the free list (store's lock).</summary>
    public int Next;

    /// <summary>Previous entry in the slot; wheel's thread only.</summary>
    public int Previous;

    /// <summary>An entry some places after this one when it was linked, to be prefetched; may be stale. Wheel's thread only.</summary>
    public int Ahead;

    /// <summary>Slot the entry is in; wheel's thread only.</summary>
    public int Slot;

    /// <summary>Next entry in the inbox; written by whoever set <see cref="InInbox"/>.</summary>
    public int InboxNext;

    /// <summary>The bits above; any thread, interlocked.</summary>
    public int Flags;
}

/// <summary>A fixed run of entries. Never moved or resized, since other threads store into it without a lock.</summary>
internal sealed class WheelChunk
{
    public const int Shift = 10;
    public const int Size = 1 << Shift;
    public const int Mask = Size - 1;

    /// <summary>Stands for chunks not taken yet: an index that was never allocated is out of range there.</summary>
    public static readonly WheelChunk Empty = new(0);

    /// <summary>Start of an entry that was neither armed nor touched.</summary>
    public const long NeverStarted = long.MinValue;

    /// <summary>Wheel milliseconds of the last activity, 8 bytes apart so that a touch costs one cache line of many entries.</summary>
    public readonly long[] Starts;

    public readonly WheelEntry[] Entries;

    private WheelChunk(int size)
    {
        Starts = new long[size];
        Entries = new WheelEntry[size];
        Array.Fill(Starts, NeverStarted);
        foreach (ref WheelEntry entry in Entries.AsSpan())
        {
            entry.LinkedAt = WheelEntry.Unlinked;
            entry.Slot = WheelEntry.None;
        }
    }


    public static WheelChunk Create() => new(Size);
}

/// <summary>
/// Entries that other threads want the wheel's thread to look at: a lock-free stack through the entries themselves. Any thread pushes, the wheel's
/// thread takes everything at once, so there is no ABA. An entry is in it at most once (<see cref="WheelEntry.InInbox"/>), hence no bound of its own.
/// </summary>
internal sealed class WheelInbox(WheelStore store)
{
    private int _head = WheelEntry.None;

    public bool IsEmpty => Volatile.Read(ref _head) == WheelEntry.None;

    /// <summary>
    /// Pushes the entry unless it is in already; sets <paramref name="flags"/> in the same atomic step. Finding it in is enough: the wheel's thread
    /// clears the bit with a full fence before it reads the entry, so it will see what the caller stored before this call.
    /// </summary>
    public void Push(int index, ref WheelEntry entry, int flags = 0)
    {
        if ((Interlocked.Or(ref entry.Flags, WheelEntry.InInbox | flags) & WheelEntry.InInbox) != 0)
        {
            return;
        }

        int head = Volatile.Read(ref _head);
        while (true)
        {
            entry.InboxNext = head;
            int seen = Interlocked.CompareExchange(ref _head, index, head);
            if (seen == head)
            {
                return;
            }

            head = seen;
        }
    }

    /// <summary>Wheel's thread only: takes the whole stack and returns its first entry.</summary>
    public int TakeAll() => IsEmpty ? WheelEntry.None : Interlocked.Exchange(ref _head, WheelEntry.None);

    /// <summary>Wheel's thread only: removes the first entry of a taken stack; returns its flags and leaves the next in <paramref name="taken"/>.</summary>
    public int Pop(ref int taken)
    {
        ref WheelEntry entry = ref store.Entry(taken);

        // Read before the bit is cleared: from then on another thread may push the entry again and overwrite the link.
        taken = entry.InboxNext;
        return Interlocked.And(ref entry.Flags, ~(WheelEntry.InInbox | WheelEntry.Released));
    }
}
