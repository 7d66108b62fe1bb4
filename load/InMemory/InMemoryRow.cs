namespace FastRegistry.Load.InMemory;

/// <summary>One figure of the report.</summary>
/// <param name="Name">For scripts; never changes.</param>
/// <param name="What">For people.</param>
internal readonly record struct InMemoryRow(string Name, string What, string Unit, double Value);
