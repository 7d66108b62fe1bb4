using FastRegistry.Registry.Services;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Node.Sessions;

/// <summary>How lists get onto a client's connection. Any thread; must not block.</summary>
internal interface IPushOutput
{
    /// <summary>The other end understands deltas.</summary>
    bool TakesDeltas { get; }

    /// <summary>The client's address as a text; null when it is not known.</summary>
    string? RemoteAddress { get; }

    /// <summary>Who the client is, for operators; null = unknown.</summary>
    SubscriberDescription? Describe() => null;

    /// <summary>Highest push sequence the client has confirmed; 0 = none.</summary>
    ulong AcknowledgedPush { get; }

    /// <summary>Takes a push, in order with all others; <see cref="Wire.Outbound.AppendOutcome.AboveHighWaterMark"/> = not now.</summary>
    PushReceipt TryPush(Subscription subscription, ServiceSnapshot snapshot, in EncodedPush push);

    /// <summary>A push begins to wait for its ack. Called before the session's end.</summary>
    void AwaitAck();

    /// <summary>Asked after a refusal. False: the session's subscriptions are told as soon as lists are taken again. True: they are taken already, and nobody else
    /// will come back to the one that was refused.</summary>
    bool IsReadyAfterRefusal();
}
