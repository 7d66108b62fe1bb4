namespace FastRegistry.Load.Targets;

/// <summary>A connection could not be opened or set up.</summary>
/// <param name="kind">Short and free of addresses and numbers, because failures are counted by it: <c>connect: ConnectionRefused</c>.</param>
internal sealed class TargetException(string kind) : Exception(kind);
