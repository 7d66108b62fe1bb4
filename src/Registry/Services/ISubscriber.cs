namespace FastRegistry.Registry.Services;

/// <summary>Where the pushes of a subscription go. Called by push workers; must not block.</summary>
internal interface ISubscriber
{
    /// <summary>Number of the session it belongs to; 0 = it came over HTTP.</summary>
    long SessionId { get; }

    /// <summary>Its address as a text, for selectors; null = unknown. Costs something: only where a selector asks.</summary>
    string? RemoteAddress { get; }

    /// <summary>The client understands deltas.</summary>
    bool TakesDeltas { get; }

    /// <summary>Who it is, for operators; null = unknown.</summary>
    SubscriberDescription? Describe() => null;

    /// <summary>Takes a push on its way to the client.</summary>
    /// <param name="subscription">Whose it is.</param>
    /// <param name="snapshot">The list that the client has afterwards.</param>
    /// <param name="push">The list, or what leads to it.</param>
    PushOutcome Push(Subscription subscription, ServiceSnapshot snapshot, in EncodedPush push);
}
