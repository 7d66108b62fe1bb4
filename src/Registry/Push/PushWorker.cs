using System.Threading.Channels;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Registry.Push;

/// <summary>Pushes the newest list of changed services to their subscribers, or what leads to it.</summary>
/// <remarks>
/// A loop around <see cref="Step"/>, run by one task of the server or pumped by a test. The channel needs no bound of its own: a service is in it at most
/// once (its dirty mark), a subscription at most once (its resync mark), a wake-up once per deadline. A service that changes again within its merge window waits
/// outside of the channel and keeps its mark. While pushes are switched off, marks stay set and are put aside, so that each is one push of the newest list
/// afterwards.
/// </remarks>
internal sealed class PushWorker
{
    // ServiceEntry: push to all its subscribers. Subscription: push to this one. The worker itself: a merge window is over, or pushes were switched.
    private readonly Channel<object> _marked = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HeldMarks _held = new();
    private readonly List<Subscription> _subscribers = [];
    private readonly EventHub _events;
    private readonly MergingServices _merging;
    private readonly TimingWheel _wheel;
    private readonly PushOptions _options;
    private bool _enabled;
    private bool _ended;
    private int _queued;
    private long _pushes;
    private long _deltas;
    private long _bytes;
    private long _resyncs;
    private long _emptyPushes;
    private long _failures;

    public PushWorker(bool enabled, EventHub events, TimingWheel wheel, PushOptions options)
    {
        _enabled = enabled;
        _events = events;
        _wheel = wheel;
        _options = options;
        _merging = new MergingServices(wheel, () => _marked.Writer.TryWrite(this));
    }

    private bool HasMergeWindow => _options.MergeWindowMaximum > TimeSpan.Zero;

    /// <summary>Lists and deltas written to connections.</summary>
    public long Pushes => Interlocked.Read(ref _pushes);

    /// <summary>Those of <see cref="Pushes"/> that were deltas.</summary>
    public long Deltas => Interlocked.Read(ref _deltas);

    /// <summary>Bytes of their messages.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Lists put off because a connection was behind.</summary>
    public long Resyncs => Interlocked.Read(ref _resyncs);

    /// <summary>Lists written that had no instance.</summary>
    public long EmptyPushes => Interlocked.Read(ref _emptyPushes);

    /// <summary>Lists that could not be written: too large, or the connection was gone.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Marked services and subscriptions that wait.</summary>
    public int Queued => Volatile.Read(ref _queued);

    /// <summary>Changed services that wait for the end of their merge window.</summary>
    public int Merging => _merging.Count;

    public void Enqueue(ServiceEntry service) => EnqueueMarked(service);

    public void Enqueue(Subscription subscription) => EnqueueMarked(subscription);

    /// <summary>From now on marks are taken and nothing is pushed.</summary>
    public void End() => Volatile.Write(ref _ended, true);

    /// <summary>Switches pushes off, so that marks are put aside, or on again: then each mark put aside becomes one push of the newest list. Any thread.</summary>
    public void SetEnabled(bool enabled)
    {
        Volatile.Write(ref _enabled, enabled);

        // Wakes a worker that waits: what was put aside has to go out.
        _marked.Writer.TryWrite(this);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Work first: a worker that starts again after a fault may have services whose window is over.
            do
            {
                while (Step() && !cancellationToken.IsCancellationRequested)
                {
                }
            }
            while (await _marked.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server is stopping.
        }
    }

    /// <summary>Handles one mark or one window that is over; false when there is none. One thread at a time.</summary>
    public bool Step()
    {
        bool enabled = Volatile.Read(ref _enabled);
        if (enabled)
        {
            if (_held.Count > 0)
            {
                _held.MoveTo(_marked.Writer);
            }

            if (_merging.TryTake(out ServiceEntry? due))
            {
                PushToAll(due!, waited: true);
                return true;
            }
        }

        if (!_marked.Reader.TryRead(out object? marked))
        {
            if (enabled)
            {
                // Not while pushes are off: what is due would wake this worker again and again.
                _merging.ArmForNext();
            }

            return false;
        }

        if (marked == this)
        {
            _merging.Woken();
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

        ServiceEntry service = (ServiceEntry)marked;
        if (HasMergeWindow && service.MergeWindow.OpenAt > _wheel.Now)
        {
            _merging.Add(service);
        }
        else
        {
            PushToAll(service, waited: false);
        }

        return true;
    }

    private void PushToAll(ServiceEntry service, bool waited)
    {
        // Mark first, state second: a change after the read sets the mark again.
        service.ClearDirty();

        // A step that failed may have left some behind.
        _subscribers.Clear();
        service.CopySubscribers(_subscribers);
        if (_subscribers.Count == 0)
        {
            return;
        }

        long startedAt = _wheel.Now;
        int changes = service.ChangeCount;
        ServiceSnapshot snapshot = service.GetSnapshot();
        foreach (Subscription subscriber in _subscribers)
        {
            Push(subscriber, snapshot);
        }

        _subscribers.Clear();
        if (HasMergeWindow)
        {
            service.MergeWindow.Pushed(startedAt, _wheel.Now, waited, changes, _options);
        }
    }

    private void EnqueueMarked(object marked)
    {
        // A channel with a single reader does not count for itself.
        Interlocked.Increment(ref _queued);
        _marked.Writer.TryWrite(marked);
    }

    private void Push(Subscription subscription, ServiceSnapshot snapshot)
    {
        bool repeat = subscription.TakeRepeat();
        if (!subscription.IsActive || (snapshot.Revision <= subscription.WrittenRevision && !repeat) || Volatile.Read(ref _ended))
        {
            return;
        }

        long session = subscription.Subscriber.SessionId;
        snapshot.MarkWritten();
        string? address = snapshot.Metadata?.Selector is null ? null : subscription.Subscriber.RemoteAddress;
        EncodedPush push = snapshot.EncodePush(repeat ? 0 : subscription.DeltaBase, subscription.Filter, address) with { AsksForAck = repeat };
        switch (subscription.Subscriber.Push(subscription, snapshot, push))
        {
            case PushOutcome.Sent:
                subscription.Pushed(snapshot.Revision);
                Count(push);
                if (snapshot.Instances.IsEmpty)
                {
                    Interlocked.Increment(ref _emptyPushes);
                }

                _events.Publish(new PushSent(snapshot.Key, session, subscription.Id, snapshot.Revision));
                break;
            case PushOutcome.Resync:
                if (repeat)
                {
                    subscription.AskToRepeat();
                }

                Interlocked.Increment(ref _resyncs);
                _events.Publish(new PushPutOff(snapshot.Key, session, subscription.Id, snapshot.Revision));
                break;
            case PushOutcome.TooLarge:
                Interlocked.Increment(ref _failures);
                _events.Publish(new PushTooLarge(snapshot.Key, session, subscription.Id, snapshot.Revision));
                break;
            default:
                Interlocked.Increment(ref _failures);
                break;
        }
    }

    /// <summary>The worker is the only writer.</summary>
    private void Count(in EncodedPush push)
    {
        Volatile.Write(ref _pushes, _pushes + 1);
        Volatile.Write(ref _bytes, _bytes + push.Body.Length);
        if (push.Type == MessageType.DeltaPush)
        {
            Volatile.Write(ref _deltas, _deltas + 1);
        }
    }
}
