using System.Buffers;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Targets.Native;

/// <summary>The subscriptions of one connection, by their id: 1, 2, 3, …</summary>
/// <remarks>Made with the connection's first subscription. <see cref="Find"/> and <see cref="Close"/> belong to the receive path; the others to any thread.</remarks>
internal sealed class PushInbox
{
    /// <summary>Subscriptions of one connection.</summary>
    public const int Maximum = 65_536;

    private readonly Lock _subscribersGate = new();
    private INativeSubscriber?[] _subscribers = new INativeSubscriber?[1];
    private int _count;

    /// <summary>Adds a subscription, before its request is sent: its list may overtake the answer. 0 = there are too many.</summary>
    public ulong Add(INativeSubscriber subscriber)
    {
        lock (_subscribersGate)
        {
            if (_count == Maximum)
            {
                return 0;
            }

            if (_count == _subscribers.Length)
            {
                INativeSubscriber?[] larger = new INativeSubscriber?[_count * 2];
                _subscribers.CopyTo(larger, 0);
                Volatile.Write(ref _subscribers, larger);
            }

            Volatile.Write(ref _subscribers[_count++], subscriber);
            return (ulong)_count;
        }
    }

    /// <summary>Ends a subscription: what is pushed for it from now on goes nowhere.</summary>
    public void Remove(ulong id)
    {
        lock (_subscribersGate)
        {
            Volatile.Write(ref _subscribers[id - 1], null);
        }
    }

    /// <summary>As <see cref="Remove(ulong)"/>, the newest subscription of a sink.</summary>
    /// <returns>The subscription's id; 0 = there is none.</returns>
    public ulong Remove(IPushSink sink)
    {
        lock (_subscribersGate)
        {
            int index = Array.FindLastIndex(_subscribers, subscriber => subscriber is NativeSubscription subscription && subscription.Sink == sink);
            if (index >= 0)
            {
                Volatile.Write(ref _subscribers[index], null);
            }

            return (ulong)(index + 1);
        }
    }

    /// <summary>The subscriber of an id; null = nobody wants its pushes.</summary>
    public INativeSubscriber? Find(ulong id)
    {
        INativeSubscriber?[] subscribers = Volatile.Read(ref _subscribers);
        ulong index = id - 1;
        return index < (ulong)subscribers.Length ? Volatile.Read(ref subscribers[index]) : null;
    }

    /// <summary>Tells all that the connection has ended. Whoever is added later learns it from the failure of his request.</summary>
    public void Close()
    {
        INativeSubscriber?[] subscribers;
        lock (_subscribersGate)
        {
            subscribers = [.. _subscribers];
        }

        // Outside the lock: callers go on in here.
        foreach (INativeSubscriber? subscriber in subscribers)
        {
            subscriber?.ConnectionEnded();
        }
    }
}

/// <summary>Takes what is pushed for one subscription of a native connection; on its receive path, must not block or throw.</summary>
internal interface INativeSubscriber
{
    /// <summary>A push has been taken in.</summary>
    /// <param name="type">Which message it is; also one that this side does not know.</param>
    /// <param name="message">The message, without the prefix; valid during the call only.</param>
    /// <param name="receivedAt">Stopwatch timestamp of its arrival, taken once per batch of received bytes.</param>
    void Take(MessageType type, in ReadOnlySequence<byte> message, long receivedAt);

    /// <summary>The connection has ended: nothing comes any more.</summary>
    void ConnectionEnded();
}
