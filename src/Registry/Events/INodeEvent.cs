namespace FastRegistry.Registry.Events;

/// <summary>Something that happened in the node. Implemented by readonly structs that hold no mutable state and no client.</summary>
internal interface INodeEvent
{
    /// <summary>The number of the type.</summary>
    static abstract EventKind Kind { get; }

    /// <summary>The event in the form that all types share. Called by workers of observers.</summary>
    EventDescription Describe();
}
