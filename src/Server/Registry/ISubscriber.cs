namespace FastRegistry.Server.Registry;

/// <summary>Where the pushes of a subscription go. Called by push workers; must not block.</summary>
internal interface ISubscriber
{
    /// <summary>Number of the session it belongs to.</summary>
    long SessionId { get; }

    /// <summary>Takes a list on its way to the client.</summary>
    PushOutcome Push(Subscription subscription, ServiceSnapshot snapshot);
}
