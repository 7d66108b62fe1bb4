namespace FastRegistry.Load.Targets;

/// <summary>An instance to register.</summary>
/// <param name="Metadata">Pairs in order; empty = none.</param>
internal sealed record LoadInstance(string Ip, int Port, double Weight, IReadOnlyList<KeyValuePair<string, string>> Metadata);
