using System.Net;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Nacos.Lists;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Nacos.UdpPush;

/// <summary>An HTTP consumer that also receives lists as datagrams. Its polls keep it alive: it is removed 30 s after the last one.</summary>
/// <remarks>
/// Thread-safe: polls subscribe, push workers push, the socket's task delivers acknowledgements, and the wheel's thread sends again and removes the
/// subscriber. All of this happens under the subscriber's lock, which is taken before a service's lock. A subscription holds at most one unacknowledged
/// datagram, the newest. A datagram that is not acknowledged is sent once more after 10 s; after that nothing is sent until the next poll. So a request
/// with a false address causes at most two datagrams per poll and change.
/// </remarks>
internal sealed class UdpSubscriber : ISubscriber, IDeadlineOwner
{
    /// <summary>The maximum of services that are pushed to one subscriber.</summary>
    public const int MaximumSubscriptions = 1_000;

    private const int IdleMilliseconds = 30_000;
    private const int RetryMilliseconds = 10_000;

    private readonly Lock _lock = new();
    private readonly UdpSubscribers _owner;
    private readonly Dictionary<(ServiceKey Service, string Clusters), UdpSubscription> _byService = [];
    private readonly Dictionary<ulong, UdpSubscription> _byId = [];
    private ulong _lastId;
    private int _wheelEntry;
    private long _lastPoll;
    private bool _ended;

    private UdpSubscriber(UdpSubscribers owner, IPEndPoint target)
    {
        _owner = owner;
        Target = target;
    }

    /// <summary>Gets the address to which datagrams are sent.</summary>
    public IPEndPoint Target { get; }

    /// <summary>Gets the address that the subscriber itself names.</summary>
    public string Ip { get; private set; } = "";

    /// <summary>Gets the name and version that the subscriber sends.</summary>
    public string Agent { get; private set; } = "";

    /// <summary>Gets the application that the subscriber names.</summary>
    public string Application { get; private set; } = "";

    long ISubscriber.SessionId => 0;

    string? ISubscriber.RemoteAddress => Ip;

    bool ISubscriber.TakesDeltas => false;

    /// <summary>Gets the wheel time of its last poll.</summary>
    public long LastPoll => Volatile.Read(ref _lastPoll);

    SubscriberDescription? ISubscriber.Describe() => new($"{Target}#true", Target.Address.ToString(), Target.Port, Agent, Application);

    /// <summary>Creates a subscriber with an entry on the wheel; null when the wheel has no room.</summary>
    public static UdpSubscriber? TryCreate(UdpSubscribers owner, IPEndPoint target)
    {
        UdpSubscriber subscriber = new(owner, target);
        return owner.Wheel.TryAllocate(subscriber, out subscriber._wheelEntry) ? subscriber : null;
    }

    /// <summary>Releases a subscriber that was never used, because another thread added one for the same target first.</summary>
    public void Discard() => _owner.Wheel.Release(_wheelEntry);

    /// <summary>Takes a poll: adds the subscription, or continues it.</summary>
    /// <returns>False when the subscriber has just been removed.</returns>
    public bool TryPoll(UdpPoll poll, ServiceKey service, string clusters)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return false;
            }

            (Ip, Agent, Application) = (poll.Ip, poll.Agent, poll.Application);
            _lastPoll = _owner.Wheel.Now;
            if (_byService.TryGetValue((service, clusters), out UdpSubscription? known))
            {
                known.IsSilent = false;
            }
            else if (_byService.Count < MaximumSubscriptions)
            {
                AddLocked(service, clusters);
            }

            ArmLocked();
            return true;
        }
    }

    /// <summary>Copies the services and clusters that are pushed to the subscriber now.</summary>
    public (ServiceKey Service, string Clusters)[] CopySubscriptions()
    {
        lock (_lock)
        {
            return [.. _byService.Keys];
        }
    }

    /// <summary>Takes the acknowledgement of a datagram.</summary>
    public void Acknowledge(long number)
    {
        lock (_lock)
        {
            foreach (UdpSubscription subscription in _byId.Values)
            {
                if (subscription.Pending?.Number == number)
                {
                    subscription.Pending = null;
                    return;
                }
            }
        }
    }

    PushOutcome ISubscriber.Push(Subscription subscription, ServiceSnapshot snapshot, in EncodedPush push)
    {
        // Encoded outside the lock: many subscribers share the datagram.
        ListForm form = ListForms.Of(snapshot).GetOrAdd(snapshot, ClustersOf(subscription), snapshot.ViewOf(subscription.Filter, Ip));
        PushDatagram datagram = form.DatagramOf(snapshot.Key, _owner.CacheMilliseconds, _owner.Registry.Revisions);
        lock (_lock)
        {
            if (_ended || !_byId.TryGetValue(subscription.Id, out UdpSubscription? known))
            {
                return PushOutcome.Closed;
            }

            if (!datagram.Fits)
            {
                return PushOutcome.TooLarge;
            }

            if (known.IsSilent)
            {
                return PushOutcome.Resync;
            }

            known.Pending = datagram;
            known.IsRetried = false;
            SendLocked(known);
            ArmLocked();
            return PushOutcome.Sent;
        }
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return Deadline.None;
            }

            if (_owner.Wheel.Effective(_lastPoll) + IdleMilliseconds <= now)
            {
                EndLocked();
                return Deadline.None;
            }

            foreach (UdpSubscription subscription in _byId.Values)
            {
                if (subscription.Pending is not null && _owner.Wheel.Effective(subscription.SentAt) + RetryMilliseconds <= now)
                {
                    RetryLocked(subscription);
                }
            }

            return NextLocked();
        }
    }

    private string ClustersOf(Subscription subscription)
    {
        lock (_lock)
        {
            return _byId.TryGetValue(subscription.Id, out UdpSubscription? known) ? known.Clusters : "";
        }
    }

    private void AddLocked(ServiceKey service, string clusters)
    {
        UdpSubscription subscription = new(clusters);
        ulong id = ++_lastId;
        _byId.Add(id, subscription);
        subscription.Registered = _owner.Registry.Subscribe(this, service, id, InstanceFilter.Create(clusters.Split(','), healthyOnly: false));
        if (subscription.Registered is null)
        {
            // The table of services is full; the consumer still gets the list by polling.
            _byId.Remove(id);
            return;
        }

        _byService.Add((service, clusters), subscription);
    }

    private void SendLocked(UdpSubscription subscription)
    {
        subscription.SentAt = _owner.Wheel.Now;
        _owner.Send(subscription.Pending!.Bytes, Target);
    }

    private void RetryLocked(UdpSubscription subscription)
    {
        if (subscription.IsRetried)
        {
            subscription.Pending = null;
            subscription.IsSilent = true;
            return;
        }

        subscription.IsRetried = true;
        SendLocked(subscription);
    }

    private void EndLocked()
    {
        _ended = true;
        foreach (UdpSubscription subscription in _byId.Values)
        {
            _owner.Registry.Unsubscribe(subscription.Registered!);
        }

        _byId.Clear();
        _byService.Clear();
        _owner.Remove(this);
        _owner.Wheel.Release(_wheelEntry);
    }

    private void ArmLocked()
    {
        Deadline next = NextLocked();
        _owner.Wheel.Arm(_wheelEntry, next.Start, next.TimeoutMilliseconds);
    }

    private Deadline NextLocked()
    {
        Deadline next = Deadline.After(_lastPoll, IdleMilliseconds);
        foreach (UdpSubscription subscription in _byId.Values)
        {
            if (subscription.Pending is not null && subscription.SentAt + RetryMilliseconds < next.Due)
            {
                next = Deadline.After(subscription.SentAt, RetryMilliseconds);
            }
        }

        return next;
    }
}

/// <summary>One service and cluster text that a datagram subscriber asked for. Guarded by the lock of its subscriber.</summary>
/// <param name="clusters">The clusters as the request named them.</param>
internal sealed class UdpSubscription(string clusters)
{
    public string Clusters { get; } = clusters;

    /// <summary>Gets or sets the subscription in the registry; null until it is added there.</summary>
    public Subscription? Registered { get; set; }

    /// <summary>Gets or sets the datagram that is not acknowledged yet; null = none.</summary>
    public PushDatagram? Pending { get; set; }

    /// <summary>Gets or sets the wheel time at which the datagram was sent last.</summary>
    public long SentAt { get; set; }

    /// <summary>Gets or sets whether the datagram was sent a second time.</summary>
    public bool IsRetried { get; set; }

    /// <summary>Gets or sets whether neither datagram was acknowledged; nothing more is sent until the subscriber polls again.</summary>
    public bool IsSilent { get; set; }
}
