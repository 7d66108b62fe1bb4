namespace FastRegistry.Registry.Events;

/// <summary>An observer's own queue.</summary>
/// <param name="Capacity">Events that may wait.</param>
/// <param name="Overflow">What happens to one more.</param>
internal sealed record ObserverQueueOptions(int Capacity, OverflowPolicy Overflow);
