namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>What other threads want a loop to do, and the wake-up of a loop that sleeps.</summary>
/// <remarks>
/// Any thread posts, lock-free; only the loop takes. Bounded by the items, each of which is in it at most once. A post costs a system call only when it
/// finds the loop asleep, and only the first one.
/// </remarks>
/// <param name="system">System calls.</param>
/// <param name="eventDescriptor">What the loop watches; closed by <see cref="Close"/>.</param>
internal sealed class LoopInbox(ISystemCalls system, int eventDescriptor)
{
    private DescriptorLease _event = new(eventDescriptor);
    private ILoopItem? _last;
    private int _asleep;

    public bool IsEmpty => Volatile.Read(ref _last) is null;

    public void Post(ILoopItem item)
    {
        ILoopItem? last;
        do
        {
            last = Volatile.Read(ref _last);
            item.NextInInbox = last;
        }
        while (Interlocked.CompareExchange(ref _last, item, last) != last);

        // Full fence above: either this sees the sleeper, or the sleeper sees the item.
        if (Volatile.Read(ref _asleep) != 0 && Interlocked.Exchange(ref _asleep, 0) != 0)
        {
            Wake();
        }
    }

    /// <summary>All items, oldest first, linked by <see cref="ILoopItem.NextInInbox"/>.</summary>
    public ILoopItem? TakeAll()
    {
        if (IsEmpty)
        {
            return null;
        }

        ILoopItem? newest = Interlocked.Exchange(ref _last, null);
        ILoopItem? oldest = null;
        while (newest is not null)
        {
            ILoopItem? next = newest.NextInInbox;
            newest.NextInInbox = oldest;
            oldest = newest;
            newest = next;
        }

        return oldest;
    }

    /// <summary>Announces that the loop is about to wait. False: something is there, it must not.</summary>
    public bool TrySleep()
    {
        Interlocked.Exchange(ref _asleep, 1);
        if (IsEmpty)
        {
            return true;
        }

        Volatile.Write(ref _asleep, 0);
        return false;
    }

    public void Awake() => Volatile.Write(ref _asleep, 0);

    public void Close() => _event.Return(system);

    private void Wake()
    {
        // The loop may have ended meanwhile; its descriptor may be somebody else's by now.
        if (_event.TryTake())
        {
            while (system.Signal(_event.Descriptor) == -Errno.Interrupted)
            {
                // A wake-up that is lost is a loop that sleeps for good.
            }

            _event.Return(system);
        }
    }
}
