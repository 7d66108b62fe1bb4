namespace FastRegistry.Registry.Events;

/// <summary>What the hub needs to know of a publisher without its event type.</summary>
internal interface IEventPublisher
{
    /// <summary>Events published while somebody listened.</summary>
    long Published { get; }
}
