namespace FastRegistry.Registry.Events;

/// <summary>The waiting events of one type in an observer's queue. The queue holds the order between lanes: one entry per event.</summary>
internal abstract class ObserverLane
{
    /// <summary>False for what is no event of the node, such as the tick of a clock.</summary>
    public virtual bool IsCounted => true;

    /// <summary>Forgets the oldest waiting event. The caller holds the queue's gate.</summary>
    public abstract void DropOldestHoldingGate();

    /// <summary>Hands the oldest waiting event to the observer. Worker's thread only.</summary>
    public abstract void Deliver();
}
