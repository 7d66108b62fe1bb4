using System.Threading.Channels;
using FastRegistry.Server.Control;
using FastRegistry.Server.Events;
using FastRegistry.Server.Registry;

namespace FastRegistry.Server.Push;

/// <summary>Pushes the newest list of changed services to their subscribers.</summary>
/// <remarks>
/// A loop around <see cref="Step"/>, run by one task of the server or pumped by a test. The channel needs no bound of its own: a service is in it at most
/// once (its dirty mark), a subscription at most once (its resync mark). While pushes are switched off, marks stay set and are put aside, so that each is one push of
/// the newest list afterwards.
/// </remarks>
internal sealed class PushWorker(SwitchBoard switches, EventHub events)
{
    // ServiceEntry: push to all its subscribers. Subscription: push to this one. The worker itself: look at the switches again.
    private readonly Channel<object> _marked = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HeldMarks _held = new();
    private readonly List<Subscription> _subscribers = [];
    private bool _ended;
    private int _queued;
    private long _pushes;
    private long _resyncs;
    private long _emptyPushes;
    private long _failures;

    /// <summary>Lists written to connections.</summary>
    public long Pushes => Interlocked.Read(ref _pushes);

    /// <summary>Lists put off because a connection was behind.</summary>
    public long Resyncs => Interlocked.Read(ref _resyncs);

    /// <summary>Lists written that had no instance.</summary>
    public long EmptyPushes => Interlocked.Read(ref _emptyPushes);

    /// <summary>Lists that could not be written: too large, or the connection was gone.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Marked services and subscriptions that wait.</summary>
    public int Queued => Volatile.Read(ref _queued);

    public void Enqueue(ServiceEntry service) => EnqueueMarked(service);

    public void Enqueue(Subscription subscription) => EnqueueMarked(subscription);

    /// <summary>From now on marks are taken and nothing is pushed.</summary>
    public void End() => Volatile.Write(ref _ended, true);

    /// <summary>The switches have changed: what was put aside may have to go out.</summary>
    public void Wake() => _marked.Writer.TryWrite(this);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _marked.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (Step() && !cancellationToken.IsCancellationRequested)
                {
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server is stopping.
        }
    }

    /// <summary>Handles one mark; false when there is none. One thread at a time.</summary>
    public bool Step()
    {
        bool enabled = switches.Current.PushEnabled;
        if (enabled && _held.Count > 0)
        {
            _held.MoveTo(_marked.Writer);
        }

        if (!_marked.Reader.TryRead(out object? marked))
        {
            return false;
        }

        if (marked == this)
        {
            return true;
        }

        if (!enabled)
        {
            // Still counted as waiting.
            Interlocked.Add(ref _queued, -_held.Add(marked));
            return true;
        }

        Interlocked.Decrement(ref _queued);
        if (marked is Subscription subscription)
        {
            subscription.ClearResync();
            Push(subscription, subscription.Service.GetSnapshot());
            return true;
        }

        // Mark first, state second: a change after the read sets the mark again.
        ServiceEntry service = (ServiceEntry)marked;
        service.ClearDirty();

        // A step that failed may have left some behind.
        _subscribers.Clear();
        service.CopySubscribers(_subscribers);
        if (_subscribers.Count > 0)
        {
            ServiceSnapshot snapshot = service.GetSnapshot();
            foreach (Subscription subscriber in _subscribers)
            {
                Push(subscriber, snapshot);
            }

            _subscribers.Clear();
        }

        return true;
    }

    private void EnqueueMarked(object marked)
    {
        // A channel with a single reader does not count for itself.
        Interlocked.Increment(ref _queued);
        _marked.Writer.TryWrite(marked);
    }

    private void Push(Subscription subscription, ServiceSnapshot snapshot)
    {
        if (!subscription.IsActive || snapshot.Revision <= subscription.WrittenRevision || Volatile.Read(ref _ended))
        {
            return;
        }

        long session = subscription.Subscriber.SessionId;
        switch (subscription.Subscriber.Push(subscription, snapshot))
        {
            case PushOutcome.Sent:
                subscription.TryAdvance(snapshot.Revision);
                Interlocked.Increment(ref _pushes);
                if (snapshot.Instances.IsEmpty)
                {
                    Interlocked.Increment(ref _emptyPushes);
                }

                events.Publish(new PushSent(snapshot.Key, session, subscription.Id, snapshot.Revision));
                break;
            case PushOutcome.Resync:
                Interlocked.Increment(ref _resyncs);
                events.Publish(new PushPutOff(snapshot.Key, session, subscription.Id, snapshot.Revision));
                break;
            case PushOutcome.TooLarge:
                Interlocked.Increment(ref _failures);
                events.Publish(new PushTooLarge(snapshot.Key, session, subscription.Id, snapshot.Revision));
                break;
            default:
                Interlocked.Increment(ref _failures);
                break;
        }
    }
}
