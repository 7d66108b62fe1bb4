using System.Collections.Concurrent;
using System.Net;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Nacos.UdpPush;

/// <summary>HTTP consumers that are pushed by datagrams, by the address these go to.</summary>
/// <remarks>One per node; any thread. Bounded by <see cref="MaximumSubscribers"/>; whoever is beyond it polls, as all of them can.</remarks>
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

    /// <summary>All of them, in no order; safe while they change.</summary>
    public IEnumerable<UdpSubscriber> All => _subscribers.Select(static pair => pair.Value);

    public UdpSubscriber? Find(IPEndPoint target) => _subscribers.GetValueOrDefault(target);

    /// <summary>From now on there is somebody who sends; null = not any more.</summary>
    public void Use(IDatagramSender? sender) => Volatile.Write(ref _sender, sender);

    /// <summary>A poll that asks for pushes. Without a sender, with pushes switched off, or beyond the bound it is a poll like any other.</summary>
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

            // It was just being forgotten; the next round makes a new one.
            Remove(subscriber);
        }
    }

    /// <summary>A datagram came in.</summary>
    public void Received(ReadOnlySpan<byte> datagram, IPEndPoint from)
    {
        if (PushAcknowledgement.TryParse(datagram, out long number) && _subscribers.TryGetValue(from, out UdpSubscriber? subscriber))
        {
            subscriber.Acknowledge(number);
        }
    }

    /// <summary>Sends unless there is nobody who can.</summary>
    public void Send(ReadOnlySpan<byte> datagram, IPEndPoint target) => Volatile.Read(ref _sender)?.Send(datagram, target);

    /// <summary>It has been forgotten.</summary>
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
