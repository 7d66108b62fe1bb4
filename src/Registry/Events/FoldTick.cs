namespace FastRegistry.Registry.Events;

/// <summary>The event log tells itself that a second in which it folded is over.</summary>
internal readonly record struct FoldTick;
