namespace FastRegistry.Wire.Timing;

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
