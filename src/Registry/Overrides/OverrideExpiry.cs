using FastRegistry.Registry.Instances;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Registry.Overrides;

/// <summary>A service that instances are overridden of, as <see cref="OverrideExpiry"/> knows it.</summary>
internal interface IOverriddenService
{
    /// <summary>An override's time after its instance may be over. Takes the service's lock.</summary>
    /// <param name="identity">Where it is.</param>
    /// <param name="entry">The override.</param>
    /// <param name="since">When its time began.</param>
    /// <returns>Null when it is done with; else the time from which to wait again.</returns>
    long? ExpireOverride(InstanceIdentity identity, OverrideEntry entry, long since);
}

/// <summary>Overrides whose instance is gone, on their way out.</summary>
/// <remarks>
/// One per node, with one wheel entry at the earliest end. Its lock is taken last, under a service's lock, and never held while one is taken. An override
/// counts until it has left its service and the queue, so both are bounded by <c>Limits:Overrides</c>.
/// </remarks>
internal sealed class OverrideExpiry : IDeadlineOwner
{
    // One call of the wheel does no more; all other deadlines of the node wait meanwhile.
    private const int MaximumPerCall = 1024;

    private readonly TimingWheel _wheel;
    private readonly int _keepMilliseconds;
    private readonly int _maximum;
    private readonly int _entry;
    private readonly Lock _queueLock = new();
    private readonly PriorityQueue<(IOverriddenService Service, InstanceIdentity Identity, OverrideEntry Override), long> _gone = new();
    private int _count;

    /// <param name="wheel">Source of time; takes an entry for good.</param>
    /// <param name="keepFor">How long an override outlives its instance.</param>
    /// <param name="maximum">Overrides of the node.</param>
    public OverrideExpiry(TimingWheel wheel, TimeSpan keepFor, int maximum)
    {
        _wheel = wheel;
        _keepMilliseconds = (int)keepFor.TotalMilliseconds;
        _maximum = maximum;
        _entry = wheel.Allocate(this);
    }

    /// <summary>Overrides of the node, those on their way out included.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>One more; false when there are as many as there may be.</summary>
    public bool TryCount()
    {
        if (Interlocked.Increment(ref _count) <= _maximum)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Uncount() => Interlocked.Decrement(ref _count);

    /// <summary>Begins the time of an override. The caller holds the service's lock.</summary>
    public void AddLocked(IOverriddenService service, InstanceIdentity identity, OverrideEntry entry)
    {
        entry.GoneSince = _wheel.Now;
        if (entry.IsQueued)
        {
            // Its turn comes with the older time and is postponed then.
            return;
        }

        entry.IsQueued = true;
        Enqueue(service, identity, entry, entry.GoneSince);
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        for (int done = 0; ; done++)
        {
            (IOverriddenService Service, InstanceIdentity Identity, OverrideEntry Override) next;
            long since;
            lock (_queueLock)
            {
                if (!_gone.TryPeek(out next, out since))
                {
                    return Deadline.None;
                }

                if (done >= MaximumPerCall || _wheel.Effective(since) + _keepMilliseconds > now)
                {
                    return Deadline.After(since, _keepMilliseconds);
                }

                _gone.Dequeue();
            }

            if (next.Service.ExpireOverride(next.Identity, next.Override, since) is { } again)
            {
                Enqueue(next.Service, next.Identity, next.Override, again);
            }
        }
    }

    private void Enqueue(IOverriddenService service, InstanceIdentity identity, OverrideEntry entry, long since)
    {
        lock (_queueLock)
        {
            _gone.Enqueue((service, identity, entry), since);
            if (_gone.TryPeek(out _, out long first) && first == since)
            {
                _wheel.Arm(_entry, since, _keepMilliseconds);
            }
        }
    }
}
