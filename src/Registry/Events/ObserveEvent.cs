namespace FastRegistry.Registry.Events;

/// <summary>What an observer does with an event; on the thread of its queue's worker.</summary>
/// <typeparam name="TEvent">The event type.</typeparam>
/// <param name="nodeEvent">What happened.</param>
/// <param name="at">When it was published.</param>
internal delegate void ObserveEvent<TEvent>(in TEvent nodeEvent, DateTimeOffset at)
    where TEvent : struct;
