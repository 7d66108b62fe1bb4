using System.Text.Json.Serialization;
using FastRegistry.Load.Comparison;
using FastRegistry.Load.Restore;

namespace FastRegistry.Load.Reports;

/// <summary>Source-generated writing of reports. A value that is not a number is written as a text, rather than to lose the report of a long run.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(LoadReport))]
[JsonSerializable(typeof(ComparisonReport))]
[JsonSerializable(typeof(TransportsReport))]
[JsonSerializable(typeof(RestoreReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
