namespace FastRegistry.Registry.Events;

/// <summary>Wants to hear of events; see docs/events.md. Registered with the services of <c>ServerHost</c>, or given to the node.</summary>
/// <remarks>Its methods run on the worker of its queue, one at a time, in the order of publication. It may be slow: others have queues of their own.</remarks>
internal interface INodeObserver
{
    /// <summary>For metrics and logs; unique in the node.</summary>
    string Name { get; }

    /// <summary>Its queue; null = the one that observers of rare events share.</summary>
    ObserverQueueOptions? Queue { get; }

    /// <summary>Says what it wants to hear. Called once, before the node starts.</summary>
    void Select(EventSelection events);
}
