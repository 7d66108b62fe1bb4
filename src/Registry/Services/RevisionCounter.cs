namespace FastRegistry.Registry.Services;

/// <summary>The one 64-bit counter all revisions of a node come from, and its clock for change times. Any thread.</summary>
/// <remarks>One counter for all services: a service that disappears and returns never goes back.</remarks>
internal sealed class RevisionCounter(TimeProvider timeProvider)
{
    private long _revision;
    private long _lastStamp;

    /// <summary>The highest revision given out.</summary>
    public long Current => Volatile.Read(ref _revision);

    public long Next() => Interlocked.Increment(ref _revision);

    /// <summary>Unix microseconds, larger than every stamp before it even when the clock stands or goes back.</summary>
    public long NextStamp()
    {
        long now = (timeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        while (true)
        {
            long last = Volatile.Read(ref _lastStamp);
            long stamp = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref _lastStamp, stamp, last) == last)
            {
                return stamp;
            }
        }
    }

    /// <summary>Takes note of another node's stamp: those of this one that follow are larger.</summary>
    /// <returns>The stamp.</returns>
    public long Observe(long stamp)
    {
        long last = Volatile.Read(ref _lastStamp);
        while (stamp > last)
        {
            long before = Interlocked.CompareExchange(ref _lastStamp, stamp, last);
            if (before == last)
            {
                break;
            }

            last = before;
        }

        return stamp;
    }
}
