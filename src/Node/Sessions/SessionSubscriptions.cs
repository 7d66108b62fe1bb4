using FastRegistry.Node.Configuration;
using FastRegistry.Node.Observability;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Selection;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <summary>The subscriptions of one session; made with the first one.</summary>
/// <remarks>
/// Changed on the session's receive path; push workers push and mark resyncs from any thread. The marks form a lock-free list that is taken as a whole when the
/// connection has drained, so a subscriber that is behind costs one link per subscription however many changes it misses.
/// </remarks>
/// <param name="services">Shared by all sessions.</param>
/// <param name="output">Where pushes go.</param>
/// <param name="sessionId">For the log.</param>
internal sealed class SessionSubscriptions(SessionServices services, IPushOutput output, long sessionId) : ISubscriber
{
    private readonly Lock _subscriptionGate = new();
    private readonly Dictionary<ulong, Subscription> _byId = [];
    private Subscription? _resync;
    private PushAcks _acks;
    private ulong _acknowledged;
    private bool _ended;

    public long SessionId => sessionId;

    public int Count
    {
        get
        {
            lock (_subscriptionGate)
            {
                return _byId.Count;
            }
        }
    }

    string? ISubscriber.RemoteAddress => output.RemoteAddress;

    /// <summary>Acks of pushes are awaited: the wheel looks at the session for them.</summary>
    public bool AwaitsAck => _acks.IsAwaited;

    bool ISubscriber.TakesDeltas => output.TakesDeltas;

    SubscriberDescription? ISubscriber.Describe() => output.Describe();

    /// <summary>The subscriptions of this moment, for operators.</summary>
    public Subscription[] ToArray()
    {
        lock (_subscriptionGate)
        {
            return [.. _byId.Values];
        }
    }

    public Subscription? Find(ulong id)
    {
        lock (_subscriptionGate)
        {
            return _byId.GetValueOrDefault(id);
        }
    }

    /// <summary>Adds a subscription. The same id for the same service and filter is the same subscription; for another one it is an error.</summary>
    public RequestError? Add(ulong id, ServiceKey key, InstanceFilter filter, int maximum)
    {
        lock (_subscriptionGate)
        {
            if (_ended)
            {
                return RequestError.SessionClosed;
            }

            if (_byId.TryGetValue(id, out Subscription? existing))
            {
                return existing.Service.Key.Equals(key) && existing.Filter.Equals(filter)
                    ? null
                    : RequestError.Invalid("subscription_id", "is in use for another service or filter");
            }

            if (_byId.Count >= maximum)
            {
                return RequestError.Limit(LimitOptions.SubscriptionsPerClientKey, maximum);
            }

            Subscription? subscription = services.Registry.Subscribe(this, key, id, filter);
            if (subscription is null)
            {
                return RequestError.Limit(RegistryOptions.ServicesKey, services.Options.Limits.Services);
            }

            _byId.Add(id, subscription);
            return null;
        }
    }

    /// <summary>Takes back a subscription whose first list cannot be made now: to the client, which gets an error, it does not exist.</summary>
    public void RemoveUnanswered(ulong id)
    {
        if (Find(id) is { WrittenRevision: 0 })
        {
            Remove(id);
        }
    }

    public bool Remove(ulong id)
    {
        lock (_subscriptionGate)
        {
            if (!_byId.Remove(id, out Subscription? subscription))
            {
                return false;
            }

            services.Registry.Unsubscribe(subscription);
            return true;
        }
    }

    /// <summary>The session is over.</summary>
    public void RemoveAll()
    {
        lock (_subscriptionGate)
        {
            _ended = true;
            foreach (Subscription subscription in _byId.Values)
            {
                services.Registry.Unsubscribe(subscription);
            }

            _byId.Clear();
        }
    }

    PushOutcome ISubscriber.Push(Subscription subscription, ServiceSnapshot snapshot, in EncodedPush push)
    {
        if (SessionOutput.IsTooLarge(push))
        {
            services.Log.ListTooLarge(snapshot.Key.ToString(), sessionId);
            return PushOutcome.TooLarge;
        }

        PushReceipt receipt = output.TryPush(subscription, snapshot, push);
        if (receipt.Outcome != AppendOutcome.AboveHighWaterMark)
        {
            if (receipt.Sequence != 0)
            {
                AwaitAck(subscription, receipt, snapshot.ChangedAtMicroseconds);
            }

            return receipt.Outcome == AppendOutcome.Appended ? PushOutcome.Sent : PushOutcome.Closed;
        }

        MarkResync(subscription);
        if (output.IsReadyAfterRefusal())
        {
            // It drained between the refusal and the mark; nobody else will come back to it.
            ResyncMarked();
        }

        return PushOutcome.Resync;
    }

    /// <summary>Highest push sequence the client has confirmed; 0 = none.</summary>
    public ulong AcknowledgedPush => Volatile.Read(ref _acknowledged);

    /// <summary>The client has confirmed all pushes up to this one, which was given out. Receive path.</summary>
    public void Acknowledge(ulong sequence)
    {
        if (sequence > _acknowledged)
        {
            // A full fence between this and the look for a sample.
            Interlocked.Exchange(ref _acknowledged, sequence);
            Acknowledged(sequence);
        }
    }

    /// <summary>What waits for acks is told of a new one. Receive path.</summary>
    public void Acknowledged(ulong sequence)
    {
        EndSample(sequence);
        if (_acks.TryReturn())
        {
            ResyncMarked();
        }
    }

    /// <summary>Decides what is overdue; the wheel's thread. See <see cref="PushAcks.Judge"/>.</summary>
    public AckVerdict JudgeAcks(OutboundChain outbound, ulong acknowledged, bool isDrained, long lastReceived, long now, ref Deadline next) =>
        _acks.Judge(services.Wheel, services.Options.Push, outbound, acknowledged, isDrained, lastReceived, now, ref next);

    /// <summary>Has the newest list pushed again for every subscription whose last push has a higher number.</summary>
    /// <param name="acknowledged">Highest push sequence the client has confirmed.</param>
    /// <param name="whenHeardOf">Not now: with the next ack, when the output drains, or with the next change.</param>
    public void RepeatAbove(ulong acknowledged, bool whenHeardOf)
    {
        lock (_subscriptionGate)
        {
            foreach (Subscription subscription in _byId.Values)
            {
                if (subscription.PushSequence <= acknowledged)
                {
                    continue;
                }

                subscription.AskToRepeat();
                if (whenHeardOf)
                {
                    MarkResync(subscription);
                }
                else if (subscription.TryMarkResync())
                {
                    services.Push.Resync(subscription);
                }
            }
        }

        if (whenHeardOf && !_acks.IsGivenUp)
        {
            // The ack came before the marks.
            ResyncMarked();
        }
    }

    private void EndSample(ulong acknowledged)
    {
        if (_acks.TryEndSample(acknowledged, out long changedAt))
        {
            services.PushCost.Record(changedAt);
        }
    }

    private void AwaitAck(Subscription subscription, in PushReceipt receipt, long changedAtMicroseconds)
    {
        subscription.PushSequence = receipt.Sequence;
        if (receipt.AsksForAck)
        {
            _acks.BeginSample(receipt.Sequence, changedAtMicroseconds);

            // A quick client acknowledges before the thread that sends comes to this line. Each side stores and then looks, so one of the two sees the other.
            Interlocked.MemoryBarrier();
            EndSample(output.AcknowledgedPush);
        }

        if (services.Options.Push.Retries > 0 && _acks.BeginsToWait(receipt.Sequence, services.Wheel.Now))
        {
            // With the gate the wheel entry is the session's own: its end takes the gate before it gives the entry back.
            lock (_subscriptionGate)
            {
                if (!_ended)
                {
                    output.AwaitAck();
                }
            }
        }
    }

    /// <summary>Remembers that a subscription needs the newest list once the connection has drained.</summary>
    private void MarkResync(Subscription subscription)
    {
        if (!subscription.TryMarkResync())
        {
            return;
        }

        Subscription? head;
        do
        {
            head = Volatile.Read(ref _resync);
            subscription.NextResync = head;
        }
        while (Interlocked.CompareExchange(ref _resync, subscription, head) != head);
    }

    /// <summary>Hands every marked subscription to its push worker.</summary>
    public void ResyncMarked()
    {
        Subscription? subscription = Interlocked.Exchange(ref _resync, null);
        while (subscription is not null)
        {
            // Read before it is queued: the worker may mark it again at once.
            Subscription? next = subscription.NextResync;
            subscription.NextResync = null;
            services.Push.Resync(subscription);
            subscription = next;
        }
    }
}
