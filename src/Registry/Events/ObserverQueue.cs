using System.Numerics;
using System.Threading.Channels;

namespace FastRegistry.Registry.Events;

/// <summary>The events that wait for one observer, of all types it selected, in the order they were published, and the worker that hands them over.</summary>
/// <remarks>
/// Any thread offers through the lanes; one task runs <see cref="RunAsync"/>, or a test pumps <see cref="Step"/>. The gate is innermost: it is taken under any
/// other lock and none is taken under it but the channel's own. Lives as long as the hub.
/// </remarks>
/// <param name="name">Of the observer.</param>
/// <param name="options">Capacity and overflow.</param>
/// <param name="log">For observers that throw.</param>
internal sealed class ObserverQueue(string name, ObserverQueueOptions options, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // The lane of each waiting event; the event itself is in the lane. Publishers read as well, to drop the oldest.
    private readonly Channel<ObserverLane> _order = Channel.CreateBounded<ObserverLane>(
        new BoundedChannelOptions(options.Capacity) { FullMode = BoundedChannelFullMode.Wait });

    private long _delivered;
    private long _dropped;
    private long _faults;
    private bool _abandoned;

    public string Name { get; } = name;

    /// <summary>Guards the order and the lanes' events.</summary>
    public Lock QueueGate { get; } = new();

    /// <summary>Events handed to the observer, those it threw at and those it only counted included.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Events that did not fit.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Events the observer threw at.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>Events that wait.</summary>
    public int Queued => _order.Reader.Count;

    /// <summary>The observer has counted an event, which therefore does not wait.</summary>
    public void CountFolded() => Interlocked.Increment(ref _delivered);

    /// <summary>Takes a place for an event of a lane, or drops what the policy says.</summary>
    public bool TryEnterHoldingGate(ObserverLane lane)
    {
        if (_order.Writer.TryWrite(lane))
        {
            return true;
        }

        if (options.Overflow == OverflowPolicy.DropOldest && _order.Reader.TryRead(out ObserverLane? oldest))
        {
            oldest.DropOldestHoldingGate();
            CountDropped(oldest);
            if (_order.Writer.TryWrite(lane))
            {
                return true;
            }
        }

        CountDropped(lane);
        return false;
    }

    /// <summary>Hands over until <see cref="Complete"/> was called and nothing waits.</summary>
    public async Task RunAsync(TimeProvider timeProvider, CancellationToken hurry)
    {
        while (await _order.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (!Volatile.Read(ref _abandoned) && Step())
            {
            }

            if (Volatile.Read(ref _abandoned))
            {
                return;
            }

            // A worker that waits is woken by its publisher, which costs the publisher more than the event does. So it sleeps a little first: under load a
            // publisher only writes.
            await Task.Delay(Pause, timeProvider, hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Hands one event over; false when there is none. One thread at a time.</summary>
    public bool Step()
    {
        if (!_order.Reader.TryRead(out ObserverLane? lane))
        {
            return false;
        }

        if (lane.IsCounted)
        {
            Interlocked.Increment(ref _delivered);
        }

        try
        {
            lane.Deliver();
        }
#pragma warning disable CA1031 // An observer's fault is its own: it is counted, and the next event is handed over.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            // The log is told less and less often: an observer that always fails must not fill it.
            ulong faults = (ulong)Interlocked.Increment(ref _faults);
            if (BitOperations.IsPow2(faults))
            {
                log.ObserverFault(fault, Name, faults);
            }
        }

        return true;
    }

    /// <summary>Nothing more is taken; what waits is still handed over.</summary>
    public void Complete() => _order.Writer.TryComplete();

    /// <summary>The worker ends with the event it is at.</summary>
    public void Abandon() => Volatile.Write(ref _abandoned, true);

    private void CountDropped(ObserverLane lane)
    {
        if (lane.IsCounted)
        {
            Interlocked.Increment(ref _dropped);
        }
    }
}
