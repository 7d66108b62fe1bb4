using System.Collections.Immutable;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Comparison;

/// <summary>A whole comparison; the JSON report is this record.</summary>
/// <param name="Pairs">Pairs that were run to their end.</param>
internal sealed record ComparisonReport(Machine Machine, int Pairs, ImmutableArray<RowResult> Rows);
