namespace FastRegistry.Registry.Events;

/// <summary>An event in the ring.</summary>
/// <param name="Number">Counts the events that came into the ring.</param>
/// <param name="At">When it was published.</param>
/// <param name="Event">What happened.</param>
internal readonly record struct KeptEvent(long Number, DateTimeOffset At, EventDescription Event);
