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
