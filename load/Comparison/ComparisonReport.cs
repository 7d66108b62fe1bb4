using System.Collections.Immutable;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Comparison;

/// <summary>A whole comparison; the JSON report is this record.</summary>
/// <param name="Pairs">Pairs that were run to their end.</param>
/// <param name="Baseline">What the second side was, as a sentence.</param>
/// <param name="Notes">What went wrong in single runs: failures, lost connections, load that was not reached.</param>
internal sealed record ComparisonReport(Machine Machine, int Pairs, string Baseline, ImmutableArray<RowResult> Rows, ImmutableArray<string> Notes);
