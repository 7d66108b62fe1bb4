namespace FastRegistry.Load.Statistics;

/// <summary>How often something went wrong in one way.</summary>
internal sealed record FailureCount(string Kind, int Count);
