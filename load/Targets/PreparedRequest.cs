namespace FastRegistry.Load.Targets;

/// <summary>A request in the form a target sends it in. Immutable; each target has its own kind.</summary>
internal abstract class PreparedRequest;
