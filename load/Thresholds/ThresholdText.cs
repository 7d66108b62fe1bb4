using System.Globalization;
using FastRegistry.Load.Commands;

namespace FastRegistry.Load.Thresholds;

/// <summary>Thresholds as people write them: <c>[stage/][step:]metric operator number[unit]</c>.</summary>
internal static class ThresholdText
{
    private const string ServicePrefix = "service-";

    private static readonly (string Sign, ThresholdOperator Operator)[] Operators =
    [
        ("<=", ThresholdOperator.AtMost),
        (">=", ThresholdOperator.AtLeast),
        ("==", ThresholdOperator.Equal),
        ("!=", ThresholdOperator.NotEqual),
        ("<", ThresholdOperator.Below),
        (">", ThresholdOperator.Above),
    ];

    private static readonly (string Name, ThresholdMetric Metric)[] Metrics =
    [
        ("rate", ThresholdMetric.Rate),
        ("ok", ThresholdMetric.Ok),
        ("failed", ThresholdMetric.Failed),
        ("fail-percent", ThresholdMetric.FailPercent),
        ("achieved-percent", ThresholdMetric.AchievedPercent),
        ("losses", ThresholdMetric.Losses),
        ("left", ThresholdMetric.Left),
        ("min", ThresholdMetric.Minimum),
        ("mean", ThresholdMetric.Mean),
        ("p50", ThresholdMetric.P50),
        ("p75", ThresholdMetric.P75),
        ("p90", ThresholdMetric.P90),
        ("p95", ThresholdMetric.P95),
        ("p99", ThresholdMetric.P99),
        ("p99.9", ThresholdMetric.P999),
        ("p99.99", ThresholdMetric.P9999),
        ("max", ThresholdMetric.Maximum),
    ];

    private static readonly (string Unit, double Microseconds)[] Units = [("us", 1), ("µs", 1), ("ms", 1e3), ("s", 1e6)];

    /// <exception cref="ArgumentError">It is not a threshold; names the part and the rule.</exception>
    public static LoadThreshold Parse(string text)
    {
        int signAt = text.AsSpan().IndexOfAny("<>=!");
        (string sign, ThresholdOperator comparison) = signAt < 0
            ? default
            : Operators.FirstOrDefault(known => text.AsSpan(signAt).StartsWith(known.Sign, StringComparison.Ordinal));
        if (sign is null)
        {
            throw Error(text, "it needs one of the operators <, <=, >, >=, == and !=");
        }

        (string? stage, string? step, string name) = SplitSubject(text[..signAt].Trim());
        bool fromActualStart = name.StartsWith(ServicePrefix, StringComparison.Ordinal);
        ThresholdMetric metric = ParseMetric(text, fromActualStart ? name[ServicePrefix.Length..] : name, fromActualStart);
        if (metric is ThresholdMetric.Losses or ThresholdMetric.Left && (stage ?? step) is not null)
        {
            throw Error(text, $"{name} is counted for the whole run and takes no stage or step");
        }

        if (metric == ThresholdMetric.AchievedPercent && step is not null)
        {
            throw Error(text, $"{name} is counted for iterations and takes no step");
        }

        (double limit, double unitMicroseconds) = ParseLimit(text, metric, name, text[(signAt + sign.Length)..].Trim());
        return new LoadThreshold
        {
            Text = text,
            Stage = stage,
            Step = step,
            Metric = metric,
            FromActualStart = fromActualStart,
            Operator = comparison,
            Limit = limit,
            UnitMicroseconds = unitMicroseconds,
        };
    }

    private static (string? Stage, string? Step, string Metric) SplitSubject(string subject)
    {
        int colon = subject.LastIndexOf(':');
        string metric = subject[(colon + 1)..].Trim();
        string before = colon < 0 ? subject : subject[..colon];
        int slash = colon < 0 ? before.LastIndexOf('/') : before.IndexOf('/', StringComparison.Ordinal);
        string? stage = slash < 0 ? null : before[..slash].Trim();
        return colon < 0 ? (stage, null, subject[(slash + 1)..].Trim()) : (stage, before[(slash + 1)..].Trim(), metric);
    }

    private static ThresholdMetric ParseMetric(string text, string name, bool fromActualStart)
    {
        foreach ((string known, ThresholdMetric metric) in Metrics)
        {
            if (known == name && (!fromActualStart || IsDuration(metric)))
            {
                return metric;
            }
        }

        string metrics = string.Join(", ", Metrics.Select(static metric => metric.Name));
        throw Error(text, $"there is no metric '{(fromActualStart ? ServicePrefix : "")}{name}', but {metrics}, and service-min to service-max");
    }

    private static (double Limit, double UnitMicroseconds) ParseLimit(string text, ThresholdMetric metric, string name, string limit)
    {
        if (IsDuration(metric))
        {
            foreach ((string unit, double microseconds) in Units)
            {
                if (limit.EndsWith(unit, StringComparison.Ordinal) && TryParseNumber(limit[..^unit.Length], out double length))
                {
                    return (length, microseconds);
                }
            }

            throw Error(text, $"{name} is compared with a duration such as 500us, 5ms or 1s, not with '{limit}'");
        }

        string suffix = metric switch
        {
            ThresholdMetric.Rate => "/s",
            ThresholdMetric.FailPercent or ThresholdMetric.AchievedPercent => "%",
            _ => "",
        };
        string digits = suffix.Length > 0 && limit.EndsWith(suffix, StringComparison.Ordinal) ? limit[..^suffix.Length] : limit;
        return TryParseNumber(digits, out double number) ? (number, 1) : throw Error(text, $"{name} is compared with a number, not with '{limit}'");
    }

    private static bool IsDuration(ThresholdMetric metric) => metric >= ThresholdMetric.Minimum;

    private static bool TryParseNumber(string text, out double number) =>
        double.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    private static ArgumentError Error(string text, string rule) => new($"threshold '{text}': {rule}");
}
