using FastRegistry.Node.Observability;

namespace FastRegistry.Node.Sessions;

/// <summary>Time from a change to the ack of a push that holds it, of the pushes that asked for an ack at once (about 1 in 64).</summary>
/// <remarks>
/// Any thread; lock-free, allocates nothing. The averages begin anew every minute, as Nacos' do: with the first ack of the minute, and a reader in a minute without
/// one sees none. Two acks that meet at the turn of a minute may lose one of the two; these are averages to look at.
/// </remarks>
internal sealed class PushCost(TimeProvider timeProvider, LatencyHistogram histogram)
{
    private const long MicrosecondsPerMinute = 60_000_000;

    private long _minute;
    private long _count;
    private long _sumMicroseconds;
    private long _maximumMicroseconds;

    /// <summary>Acks measured in this minute.</summary>
    public long CountThisMinute => IsThisMinute ? Interlocked.Read(ref _count) : 0;

    /// <summary>Their times together.</summary>
    public double MillisecondsThisMinute => IsThisMinute ? Interlocked.Read(ref _sumMicroseconds) / 1_000.0 : 0;

    /// <summary>Their mean; 0 when there are none.</summary>
    public double AverageMillisecondsThisMinute => CountThisMinute is var count and > 0 ? MillisecondsThisMinute / count : 0;

    /// <summary>The longest since the start.</summary>
    public double MaximumMilliseconds => Interlocked.Read(ref _maximumMicroseconds) / 1_000.0;

    private bool IsThisMinute => Volatile.Read(ref _minute) == NowMicroseconds() / MicrosecondsPerMinute;

    /// <summary>A measured push is acknowledged.</summary>
    /// <param name="changedAtMicroseconds">Time of the change, Unix, by this node's clock.</param>
    public void Record(long changedAtMicroseconds)
    {
        // A clock that was set meanwhile must not make a negative time.
        long now = NowMicroseconds();
        long cost = Math.Max(now - changedAtMicroseconds, 0);
        histogram.Record(cost);
        long minute = Volatile.Read(ref _minute);
        long current = now / MicrosecondsPerMinute;
        if (minute != current && Interlocked.CompareExchange(ref _minute, current, minute) == minute)
        {
            Interlocked.Exchange(ref _count, 0);
            Interlocked.Exchange(ref _sumMicroseconds, 0);
        }

        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _sumMicroseconds, cost);
        long maximum = Volatile.Read(ref _maximumMicroseconds);
        while (cost > maximum)
        {
            long seen = Interlocked.CompareExchange(ref _maximumMicroseconds, cost, maximum);
            if (seen == maximum)
            {
                break;
            }

            maximum = seen;
        }
    }

    private long NowMicroseconds() => (timeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
