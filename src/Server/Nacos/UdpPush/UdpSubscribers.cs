using System.Collections.Concurrent;
using System.Net;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Nacos.UdpPush;

/// <summary>The HTTP consumers that receive pushes as datagrams, by the address of these.</summary>
/// <remarks>
/// <para>
/// Contract: <see cref="Poll"/> subscribes the sender of a poll or keeps its subscription alive; <see cref="Received"/> takes an acknowledgement;
/// <see cref="Use"/> sets the sender of datagrams. Consumers without a subscription poll, as all of them can.
/// </para>
/// <para>Locks: thread-safe, without a lock of its own. The state of each subscriber is under the lock of that subscriber.</para>
/// <para>Lifetime: one per node, owned by its HTTP side. A subscriber exists for 30 s after its last poll. Bounded by <see cref="MaximumSubscribers"/>.</para>
/// </remarks>
internal sealed class UdpSubscribers(ServiceRegistry registry, TimingWheel wheel, SwitchBoard switches)
{
    public const int MaximumSubscribers = 100_000;

    private readonly ConcurrentDictionary<IPEndPoint, UdpSubscriber> _subscribers = new();
    private IDatagramSender? _sender;
    private int _count;

    public ServiceRegistry Registry => registry;

    public TimingWheel Wheel => wheel;

    public long CacheMilliseconds => switches.Current.DefaultPushCacheMilliseconds;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Gets all subscribers, in no order; safe while they change.</summary>
    public IEnumerable<UdpSubscriber> All => _subscribers.Select(static pair => pair.Value);

    public UdpSubscriber? Find(IPEndPoint target) => _subscribers.GetValueOrDefault(target);

    /// <summary>Sets the sender of datagrams; null = there is none any more.</summary>
    public void Use(IDatagramSender? sender) => Volatile.Write(ref _sender, sender);

    /// <summary>Takes a poll that asks for pushes. Has no effect without a sender, with pushes switched off or beyond the bound; the consumer goes on polling.</summary>
    public void Poll(IPEndPoint target, in UdpPoll poll, ServiceKey service, string clusters)
    {
        if (Volatile.Read(ref _sender) is null || !switches.Current.PushEnabled)
        {
            return;
        }

        while (FindOrAdd(target) is { } subscriber)
        {
            if (subscriber.TryPoll(poll, service, clusters))
            {
                return;
            }

            // The subscriber was being removed at the same time; the next round creates a new one.
            Remove(subscriber);
        }
    }

    /// <summary>Takes a datagram that came in: an acknowledgement, or something to ignore.</summary>
    public void Received(ReadOnlySpan<byte> datagram, IPEndPoint from)
    {
        if (PushAcknowledgement.TryParse(datagram, out long number) && _subscribers.TryGetValue(from, out UdpSubscriber? subscriber))
        {
            subscriber.Acknowledge(number);
        }
    }

    /// <summary>Sends a datagram when there is a sender.</summary>
    public void Send(ReadOnlySpan<byte> datagram, IPEndPoint target) => Volatile.Read(ref _sender)?.Send(datagram, target);

    /// <summary>Removes a subscriber that has ended.</summary>
    public void Remove(UdpSubscriber subscriber)
    {
        if (_subscribers.TryRemove(KeyValuePair.Create(subscriber.Target, subscriber)))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    private UdpSubscriber? FindOrAdd(IPEndPoint target)
    {
        while (true)
        {
            if (_subscribers.TryGetValue(target, out UdpSubscriber? subscriber))
            {
                return subscriber;
            }

            if (Count >= MaximumSubscribers || UdpSubscriber.TryCreate(this, target) is not { } made)
            {
                return null;
            }

            if (_subscribers.TryAdd(target, made))
            {
                Interlocked.Increment(ref _count);
                return made;
            }

            made.Discard();
        }
    }
}
