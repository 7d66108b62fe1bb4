using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Comparison;

/// <summary>What one side gave.</summary>
/// <param name="Side">Its name.</param>
internal sealed record TransportSideResult(string Side, LoadReport Report);
