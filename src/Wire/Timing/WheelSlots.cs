using System.Diagnostics;
using System.Numerics;

namespace FastRegistry.Wire.Timing;

/// <summary>
/// The slots of all levels as doubly linked lists through the entries, with a bit per slot that is not empty. Wheel's thread only, but for
/// <see cref="Linked"/>.
/// </summary>
internal sealed class WheelSlots
{
    private const int PrefetchDistance = 8;

    private readonly WheelStore _store;
    private readonly int[] _heads = new int[WheelGeometry.SlotCount];
    private readonly int[] _counts = new int[WheelGeometry.SlotCount];
    private readonly ulong[] _occupied = new ulong[WheelGeometry.SlotCount / 64];
    private readonly int[] _recent = new int[WheelGeometry.SlotCount * PrefetchDistance];
    private int _linked;

    public WheelSlots(WheelStore store)
    {
        _store = store;
        Array.Fill(_heads, WheelEntry.None);
        Array.Fill(_recent, WheelEntry.None);
    }

    /// <summary>Entries in any slot; any thread may read it.</summary>
    public int Linked => Volatile.Read(ref _linked);

    public int Count(int slot) => _counts[slot];

    public void Link(int index, ref WheelEntry entry, int slot)
    {
        Debug.Assert(entry.Slot == WheelEntry.None, "an entry is in one slot at most");
        int head = _heads[slot];
        entry.Slot = slot;
        entry.Next = head;
        entry.Previous = WheelEntry.None;
        if (head == WheelEntry.None)
        {
            _occupied[slot >> 6] |= 1UL << slot;
        }
        else
        {
            _store.Entry(head).Previous = index;
        }

        // Entries lie in memory in no order, and a list names only the next one: without a look further ahead, emptying a slot waits for memory
        // at every entry. A slot fills and empties like a stack, so the entry linked at this count less the distance is that far down.
        ref int ahead = ref _recent[(slot * PrefetchDistance) + (_counts[slot] & (PrefetchDistance - 1))];
        entry.Ahead = ahead;
        ahead = index;
        _heads[slot] = index;
        _counts[slot]++;
        Volatile.Write(ref _linked, _linked + 1);
    }

    public void Unlink(ref WheelEntry entry)
    {
        int slot = entry.Slot;
        if (entry.Previous == WheelEntry.None)
        {
            _heads[slot] = entry.Next;
        }
        else
        {
            _store.Entry(entry.Previous).Next = entry.Next;
        }

        if (entry.Next != WheelEntry.None)
        {
            _store.Entry(entry.Next).Previous = entry.Previous;
        }

        entry.Slot = WheelEntry.None;
        if (--_counts[slot] == 0)
        {
            _occupied[slot >> 6] &= ~(1UL << slot);
        }

        Volatile.Write(ref _linked, _linked - 1);
    }

    /// <summary>Unlinks the first entry of a slot and returns it, or <see cref="WheelEntry.None"/>.</summary>
    public int Pop(int slot)
    {
        int index = _heads[slot];
        if (index == WheelEntry.None)
        {
            return index;
        }

        ref WheelEntry entry = ref _store.Entry(index);
        if (entry.Ahead != WheelEntry.None)
        {
            _store.Prefetch(entry.Ahead);
        }

        Unlink(ref entry);
        return index;
    }

    /// <summary>Distance from position <paramref name="from"/> of a level to its next slot that is not empty, going round; -1 when there is none.</summary>
    public int DistanceToOccupied(int levelOffset, int levelSlots, long from)
    {
        int scanned = 0;
        while (scanned < levelSlots)
        {
            int position = (int)(from + scanned) & (levelSlots - 1);
            ulong word = _occupied[(levelOffset + position) >> 6] >> position;
            if (word != 0)
            {
                int distance = scanned + BitOperations.TrailingZeroCount(word);
                return distance < levelSlots ? distance : -1;
            }

            scanned += 64 - (position & 63);
        }

        return -1;
    }
}

/// <summary>
/// Where a deadline belongs. Time is counted in ticks of 10 ms; slots of the three levels span 1 tick, 100 ticks (1 s) and 6,400 ticks (64 s).
/// </summary>
/// <remarks>
/// The second after the current one is always being spread into the fine level, and the 64 s span after that one into the second level. So each
/// level reaches over twice the next level's slot, and an entry for the second being spread goes to the fine level directly. Beyond the last level
/// (68 minutes) an entry waits in the farthest slot and is placed anew from there.
/// </remarks>
internal static class WheelGeometry
{
    public const int TickMilliseconds = 10;
    public const int TicksPerSecond = 100;
    public const int SecondsPerSpan = 64;

    public const int FineSlots = 256;
    public const int SecondSlots = 128;
    public const int SpanSlots = 64;

    /// <summary>First slot number of each level; slots are numbered through so that an entry needs to store only one number.</summary>
    public const int FineOffset = 0;
    public const int SecondOffset = FineOffset + FineSlots;
    public const int SpanOffset = SecondOffset + SecondSlots;
    public const int SlotCount = SpanOffset + SpanSlots;

    /// <summary>The tick whose slot a deadline belongs to: rounded up, so that it is never early.</summary>
    public static long DueTick(long dueMilliseconds) => (dueMilliseconds + TickMilliseconds - 1) / TickMilliseconds;

    /// <summary>The second that is being spread into the fine level while the wheel stands at <paramref name="tick"/>.</summary>
    public static long SpreadSecond(long tick) => (tick / TicksPerSecond) + 1;

    /// <summary>The span that is being spread into the second level while <paramref name="spreadSecond"/> is.</summary>
    public static long SpreadSpan(long spreadSecond) => (spreadSecond / SecondsPerSpan) + 1;

    /// <summary>The tick before which the slot of a second must be empty.</summary>
    public static long SecondTick(long second) => second * TicksPerSecond;

    /// <summary>The tick before which the slot of a span must be empty: a second early, when its first second begins to be spread.</summary>
    public static long SpanTick(long span) => ((span * SecondsPerSpan) - 1) * TicksPerSecond;

    public static int FineSlot(long tick) => FineOffset + (int)(tick & (FineSlots - 1));

    public static int SecondSlot(long second) => SecondOffset + (int)(second & (SecondSlots - 1));

    public static int SpanSlot(long span) => SpanOffset + (int)(span & (SpanSlots - 1));

    /// <summary>The slot for <paramref name="dueTick"/> (after <paramref name="tick"/>, where the wheel stands) and the tick by which it is examined.</summary>
    public static int Place(long dueTick, long tick, out long examinedBy)
    {
        long second = dueTick / TicksPerSecond;
        long spreadSecond = SpreadSecond(tick);
        if (second <= spreadSecond)
        {
            examinedBy = dueTick;
            return FineSlot(dueTick);
        }

        if (second < spreadSecond + SecondSlots)
        {
            examinedBy = SecondTick(second);
            return SecondSlot(second);
        }

        long span = Math.Min(second / SecondsPerSpan, SpreadSpan(spreadSecond) + SpanSlots - 1);
        examinedBy = SpanTick(span);
        return SpanSlot(span);
    }
}
