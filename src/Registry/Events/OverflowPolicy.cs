namespace FastRegistry.Registry.Events;

/// <summary>What happens when an observer's queue is full.</summary>
internal enum OverflowPolicy
{
    /// <summary>The new event is dropped: the observer sees an unbroken beginning.</summary>
    DropNewest,

    /// <summary>The oldest waiting event is dropped: the observer sees what is recent.</summary>
    DropOldest,
}
