using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Sessions;

/// <content>Subscriptions: by id, and the queue of those that wait for a list.</content>
/// <remarks>
/// A subscription waits in a queue when its list was asked for or when the output had no room for its push. The oldest one is handed to its push worker while the
/// output has room, one at a time: so each list that is sent costs one attempt, whatever waits, and a session holds no list that waits for room. Every event that
/// can make room (a drain, the end of a stream, the end of a turn, a freed budget) looks at the queue under the subscription lock, under which it is filled too,
/// so none of them can be missed.
/// </remarks>
internal sealed partial class ClientSession
{
    /// <summary>Lists and answers may be written now: neither this output nor that of the node is full. Thread-safe.</summary>
    private bool HasRoom => _connection.Outbound is { IsAboveHighWaterMark: false, IsBudgetExceeded: false };

    /// <summary>Adds a subscription and asks for its first list. The same id for the same service and filter asks for the list again; for another one it is an
    /// error. Receive path, or the worker that has taken its place.</summary>
    public RequestError? Subscribe(ulong id, ServiceKey key, InstanceFilter filter, HeldList held, int maximum)
    {
        SubscriptionState state = EnsureSubscriptions();
        Subscription? subscription;
        lock (state.SubscriptionLock)
        {
            if (state.HasEnded)
            {
                return RequestError.SessionClosed;
            }

            if (state.ById.TryGetValue(id, out subscription))
            {
                if (!subscription.Service.Key.Equals(key) || !subscription.Filter.Equals(filter))
                {
                    return RequestError.Invalid("id", "is in use for another service or filter");
                }

                subscription.Ask(held);
            }
            else
            {
                if (state.ById.Count >= maximum)
                {
                    return RequestError.Limit(LimitOptions.SubscriptionsPerClientKey, maximum);
                }

                subscription = _services.Registry.Subscribe(this, key, id, filter, held);
                if (subscription is null)
                {
                    return _services.Registry.ServiceLimitReached;
                }

                state.ById.Add(id, subscription);
            }
        }

        Enqueue(state, subscription, needsStream: false);
        return null;
    }

    /// <summary>Removes a subscription, with what is under way of its list; false when there is none. Receive path, or the worker that has taken its place.</summary>
    public bool Unsubscribe(ulong id)
    {
        if (Volatile.Read(ref _subscriptions) is not { } state)
        {
            return false;
        }

        lock (state.SubscriptionLock)
        {
            if (!state.ById.Remove(id, out Subscription? subscription))
            {
                return false;
            }

            _services.Registry.Unsubscribe(subscription);
            state.PruneLocked();
        }

        CancelStream(FrameKind.Push, id, StreamResetCode.Unsubscribed);
        return true;
    }

    /// <summary>Finds a subscription. Thread-safe.</summary>
    public Subscription? FindSubscription(ulong id)
    {
        if (Volatile.Read(ref _subscriptions) is not { } state)
        {
            return null;
        }

        lock (state.SubscriptionLock)
        {
            return state.ById.GetValueOrDefault(id);
        }
    }

    /// <summary>Hands out what waits for room: subscriptions to their push workers, requests to request workers. Thread-safe.</summary>
    public void HandOutWaiting()
    {
        HandOutSubscription();
        HandOutRequest();
    }

    void ISubscriber.TurnEnded(Subscription subscription)
    {
        SubscriptionState state = _subscriptions!;
        lock (state.SubscriptionLock)
        {
            if (state.InHand == subscription)
            {
                state.InHand = null;
            }
        }

        HandOutSubscription();
    }

    /// <summary>Has a subscription wait for its turn. Thread-safe.</summary>
    /// <param name="state">The session's.</param>
    /// <param name="subscription">Which.</param>
    /// <param name="needsStream">Its list goes as a stream, and none can begin now.</param>
    private void Enqueue(SubscriptionState state, Subscription subscription, bool needsStream)
    {
        if (subscription.TryMarkResync())
        {
            lock (state.SubscriptionLock)
            {
                // A mark that was put aside while pushes were off may come back to the worker while a newer one still waits here.
                if (!subscription.IsWaiting)
                {
                    (needsStream ? ref state.WaitingForStream : ref state.Waiting).Enqueue(subscription);
                }
            }
        }

        HandOutSubscription();
    }

    /// <summary>Gives the oldest subscription that can be served to its push worker, unless one is there already. Thread-safe.</summary>
    private void HandOutSubscription()
    {
        if (Volatile.Read(ref _subscriptions) is not { } state)
        {
            return;
        }

        Subscription? next = null;
        bool awaitsBudget = false;
        lock (state.SubscriptionLock)
        {
            if (state.InHand is null && !state.HasEnded && state.AnyWaitingLocked)
            {
                if (HasRoom)
                {
                    next = state.TakeLocked();
                    state.InHand = next;
                }
                else
                {
                    // Without anything queued here no drain will come: the budget has to say when it has room again.
                    awaitsBudget = !_connection.Outbound.IsAboveHighWaterMark;
                }
            }
        }

        if (next is not null)
        {
            _services.Push.Resync(next);
        }
        else if (awaitsBudget)
        {
            _services.BudgetRetry.Add(this);
        }
    }

    /// <summary>Asks for a whole list for every subscription. A request worker: a client may have many.</summary>
    private void AskForAllLists()
    {
        SubscriptionState state = _subscriptions!;
        foreach (Subscription subscription in state.ToArray())
        {
            subscription.Ask(HeldList.None);
            Enqueue(state, subscription, needsStream: false);
        }
    }

    /// <summary>Ends a subscription from this side: the client was told why. Its push worker.</summary>
    private void EndSubscription(SubscriptionState state, Subscription subscription)
    {
        lock (state.SubscriptionLock)
        {
            if (state.ById.TryGetValue(subscription.Id, out Subscription? present) && present == subscription)
            {
                state.ById.Remove(subscription.Id);
                _services.Registry.Unsubscribe(subscription);
            }
        }
    }

    private SubscriptionState EnsureSubscriptions()
    {
        if (Volatile.Read(ref _subscriptions) is { } there)
        {
            return there;
        }

        // A worker may do this while the connection ends on another thread: whoever comes second finds what the first one has set.
        SubscriptionState made = new();
        return Interlocked.CompareExchange(ref _subscriptions, made, null) ?? made;
    }

    /// <summary>The session is over: none can be added any more.</summary>
    private void EndSubscriptions()
    {
        SubscriptionState? state = Interlocked.CompareExchange(ref _subscriptions, SubscriptionState.Ended, null);
        if (state is null)
        {
            return;
        }

        lock (state.SubscriptionLock)
        {
            state.HasEnded = true;
            foreach (Subscription subscription in state.ById.Values)
            {
                _services.Registry.Unsubscribe(subscription);
            }

            state.ById.Clear();
            state.PruneLocked();
        }

        if (Interlocked.Exchange(ref state.NotTakenIn, 0) != 0)
        {
            _services.Metrics.CountNotTakenIn(-1);
        }
    }

    /// <summary>What a session keeps of its subscriptions and their pushes; made with the first subscription.</summary>
    private sealed class SubscriptionState
    {
        // So many subscriptions that are gone may wait in the queues beside those that are there.
        private const int WaitingBesideActive = 64;

        /// <summary>Guards the subscriptions, the queues and what stands with them.</summary>
        public readonly Lock SubscriptionLock = new();

        public readonly Dictionary<ulong, Subscription> ById = [];

        /// <summary>Those that wait for a list, oldest first.</summary>
        public WaitingSubscriptions Waiting;

        /// <summary>Those whose list goes as a stream and that found none free.</summary>
        public WaitingSubscriptions WaitingForStream;

        /// <summary>The subscription whose turn it is: its push worker has it.</summary>
        public Subscription? InHand;

        /// <summary>The subscription whose list is under way as a stream: one of a session at a time, so that answers find streams too.</summary>
        public Subscription? Streaming;

        /// <summary>No stream could begin; true until one has ended.</summary>
        public bool IsStreamBlocked;

        /// <summary>Streams that have ended: tells an attempt that failed whether one ended meanwhile.</summary>
        public int StreamEnds;

        /// <summary>The session is over.</summary>
        public bool HasEnded;

        /// <summary>Pushes that the client has said it has taken in.</summary>
        public ulong Acknowledged;

        /// <summary>The number of the newest push that asked for an ack; 0 = none.</summary>
        public ulong LastAsked;

        /// <summary>When that was, as <see cref="CompactTimestamp"/>.</summary>
        public uint LastAskedAt;

        /// <summary>The push whose ack is awaited, or <see cref="NoPush"/>.</summary>
        public ulong Awaited;

        /// <summary>Wheel time from which the time for that ack counts.</summary>
        public long AwaitedSince;

        /// <summary>1 from the event that the awaited push was not taken in until it is.</summary>
        public int NotTakenIn;

        /// <summary>The push whose time to the ack is measured, <see cref="NoPush"/> or <see cref="Reserved"/>.</summary>
        public ulong Sample;

        /// <summary>When the change in the measured push was made.</summary>
        public long SampledChange;

        /// <summary>That of every session that has ended without a subscription.</summary>
        public static SubscriptionState Ended { get; } = new() { HasEnded = true };

        public int Count
        {
            get
            {
                lock (SubscriptionLock)
                {
                    return ById.Count;
                }
            }
        }

        /// <summary>The wheel looks at this session for its acks: activity alone may not postpone that.</summary>
        public bool AwaitsAck => Volatile.Read(ref Awaited) != NoPush && Volatile.Read(ref NotTakenIn) == 0;

        public bool AnyWaitingLocked => Waiting.Count > 0 || IsStreamWantedLocked;

        /// <summary>A list waits for a stream and may try to have one: so each keeps its place until its turn.</summary>
        private bool IsStreamWantedLocked => WaitingForStream.Count > 0 && !IsStreamBlocked && Streaming is null;

        /// <summary>The subscriptions of this moment.</summary>
        public Subscription[] ToArray()
        {
            lock (SubscriptionLock)
            {
                return [.. ById.Values];
            }
        }

        /// <summary>Takes the oldest one that can be served; null when there is none.</summary>
        public Subscription? TakeLocked()
        {
            while (AnyWaitingLocked)
            {
                Subscription next = IsStreamWantedLocked ? WaitingForStream.Dequeue() : Waiting.Dequeue();
                if (next.IsActive)
                {
                    return next;
                }
            }

            return null;
        }

        /// <summary>Drops subscriptions that are gone from the queues when they have become many, so that the queues are bounded by what lives.</summary>
        public void PruneLocked()
        {
            if (HasEnded || Waiting.Count + WaitingForStream.Count > ById.Count + WaitingBesideActive)
            {
                Waiting.RemoveInactive();
                WaitingForStream.RemoveInactive();
            }
        }
    }

    /// <summary>A queue of subscriptions that are linked through themselves: waiting costs no memory. Guarded by the subscription lock of their session.</summary>
    private struct WaitingSubscriptions
    {
        private Subscription? _first;
        private Subscription? _last;

        public int Count { get; private set; }

        public void Enqueue(Subscription subscription)
        {
            subscription.NextWaiting = null;
            subscription.IsWaiting = true;
            if (_last is null)
            {
                _first = subscription;
            }
            else
            {
                _last.NextWaiting = subscription;
            }

            _last = subscription;
            Count++;
        }

        /// <summary>Takes the oldest one; there must be one.</summary>
        public Subscription Dequeue()
        {
            Subscription first = _first!;
            _first = first.NextWaiting;
            _last = _first is null ? null : _last;
            first.NextWaiting = null;
            first.IsWaiting = false;
            Count--;
            return first;
        }

        public void RemoveInactive()
        {
            for (int left = Count; left > 0; left--)
            {
                Subscription subscription = Dequeue();
                if (subscription.IsActive)
                {
                    Enqueue(subscription);
                }
            }
        }
    }
}
