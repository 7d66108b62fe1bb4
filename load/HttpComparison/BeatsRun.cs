namespace FastRegistry.Load.HttpComparison;

/// <summary>What one run of <c>load beats</c> told.</summary>
/// <param name="Beats">The measured window.</param>
/// <param name="Healthy">Instances that were listed as healthy after it; the bare endpoint has none.</param>
internal sealed record BeatsRun(TrafficResult Beats, long? Healthy);
