using System.Net;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Selection;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Nacos.Lists;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Nacos.UdpPush;

/// <summary>An HTTP consumer that also listens for datagrams. It lives on its polls: 30 s after the last one it is forgotten.</summary>
/// <remarks>
/// Any thread: polls subscribe, push workers push, the socket's thread brings acknowledgements, the wheel's thread sends again and forgets. All under the subscriber's
/// gate, which is taken before a service's. Per subscription at most one datagram waits, the newest. A datagram that is not acknowledged is sent once more after 10 s,
/// then nothing until the next poll: who asserts an address gets two datagrams per poll and change out of it, not more.
/// </remarks>
internal sealed class UdpSubscriber : ISubscriber, IDeadlineOwner
{
    /// <summary>Services one subscriber is pushed.</summary>
    public const int MaximumSubscriptions = 1_000;

    private const int IdleMilliseconds = 30_000;
    private const int RetryMilliseconds = 10_000;

    private readonly Lock _subscriberGate = new();
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

    /// <summary>Where datagrams go.</summary>
    public IPEndPoint Target { get; }

    /// <summary>The address it says it has.</summary>
    public string Ip { get; private set; } = "";

    /// <summary>What it says it is.</summary>
    public string Agent { get; private set; } = "";

    /// <summary>The application it says it is.</summary>
    public string Application { get; private set; } = "";

    long ISubscriber.SessionId => 0;

    string? ISubscriber.RemoteAddress => Ip;

    bool ISubscriber.TakesDeltas => false;

    /// <summary>Wheel time of its last poll.</summary>
    public long LastPoll => Volatile.Read(ref _lastPoll);

    SubscriberDescription? ISubscriber.Describe() => new($"{Target}#true", Target.Address.ToString(), Target.Port, Agent, Application);

    /// <summary>Null when the wheel has no room.</summary>
    public static UdpSubscriber? TryCreate(UdpSubscribers owner, IPEndPoint target)
    {
        UdpSubscriber subscriber = new(owner, target);
        return owner.Wheel.TryAllocate(subscriber, out subscriber._wheelEntry) ? subscriber : null;
    }

    /// <summary>Another one for the same target was first.</summary>
    public void Discard() => _owner.Wheel.Release(_wheelEntry);

    /// <summary>A poll: the subscription is made or goes on.</summary>
    /// <returns>False when the subscriber has just been forgotten.</returns>
    public bool TryPoll(UdpPoll poll, ServiceKey service, string clusters)
    {
        lock (_subscriberGate)
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
                Add(service, clusters);
            }

            ArmHoldingGate();
            return true;
        }
    }

    /// <summary>Services and clusters it is pushed now.</summary>
    public (ServiceKey Service, string Clusters)[] CopySubscriptions()
    {
        lock (_subscriberGate)
        {
            return [.. _byService.Keys];
        }
    }

    /// <summary>A datagram was acknowledged.</summary>
    public void Acknowledge(long number)
    {
        lock (_subscriberGate)
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
        // Encoded before the gate: many subscribers share it.
        ListForm form = ListForms.Of(snapshot).GetOrAdd(snapshot, ClustersOf(subscription), snapshot.ViewOf(subscription.Filter, Ip));
        PushDatagram datagram = form.DatagramOf(snapshot.Key, _owner.CacheMilliseconds, _owner.Registry.Revisions);
        lock (_subscriberGate)
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
            SendHoldingGate(known);
            ArmHoldingGate();
            return PushOutcome.Sent;
        }
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        lock (_subscriberGate)
        {
            if (_ended)
            {
                return Deadline.None;
            }

            if (_owner.Wheel.Effective(_lastPoll) + IdleMilliseconds <= now)
            {
                EndHoldingGate();
                return Deadline.None;
            }

            foreach (UdpSubscription subscription in _byId.Values)
            {
                if (subscription.Pending is not null && _owner.Wheel.Effective(subscription.SentAt) + RetryMilliseconds <= now)
                {
                    RetryHoldingGate(subscription);
                }
            }

            return NextHoldingGate();
        }
    }

    private string ClustersOf(Subscription subscription)
    {
        lock (_subscriberGate)
        {
            return _byId.TryGetValue(subscription.Id, out UdpSubscription? known) ? known.Clusters : "";
        }
    }

    private void Add(ServiceKey service, string clusters)
    {
        UdpSubscription subscription = new(clusters);
        ulong id = ++_lastId;
        _byId.Add(id, subscription);
        subscription.Registered = _owner.Registry.Subscribe(this, service, id, InstanceFilter.Create(clusters.Split(','), healthyOnly: false));
        if (subscription.Registered is null)
        {
            // The table of services is full; it polls.
            _byId.Remove(id);
            return;
        }

        _byService.Add((service, clusters), subscription);
    }

    private void SendHoldingGate(UdpSubscription subscription)
    {
        subscription.SentAt = _owner.Wheel.Now;
        _owner.Send(subscription.Pending!.Bytes, Target);
    }

    private void RetryHoldingGate(UdpSubscription subscription)
    {
        if (subscription.IsRetried)
        {
            subscription.Pending = null;
            subscription.IsSilent = true;
            return;
        }

        subscription.IsRetried = true;
        SendHoldingGate(subscription);
    }

    private void EndHoldingGate()
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

    private void ArmHoldingGate()
    {
        Deadline next = NextHoldingGate();
        _owner.Wheel.Arm(_wheelEntry, next.Start, next.TimeoutMilliseconds);
    }

    private Deadline NextHoldingGate()
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
