namespace FastRegistry.Load.HttpComparison;

/// <summary>What one run of <c>load http</c> told.</summary>
internal sealed record HttpRun(TrafficResult Beats, TrafficResult Lists);
