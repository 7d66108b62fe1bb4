using System.Globalization;
using System.Text;

namespace FastRegistry.Node.Observability;

/// <summary>Writes metrics in Prometheus' text exposition format, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Help and type once per name, then all its figures: the format wants those of one name together.</summary>
    public static string Write(IReadOnlyList<MetricDefinition> definitions)
    {
        StringBuilder text = new();
        foreach (IGrouping<string, MetricDefinition> metric in definitions.GroupBy(static definition => definition.Name))
        {
            MetricDefinition first = metric.First();
            text.Append("# HELP ").Append(first.Name).Append(' ');
            AppendEscaped(text, first.Help, quotes: false);
            text.Append("\n# TYPE ").Append(first.Name).Append(' ').Append(first.Type).Append('\n');
            foreach (MetricDefinition definition in metric)
            {
                if (definition.Histogram is { } histogram)
                {
                    AppendHistogram(text, definition.Name, histogram);
                    continue;
                }

                if (definition.Ranking is { } ranking)
                {
                    foreach (MetricSeries series in ranking())
                    {
                        AppendFigure(text, definition.Name, series.Labels, series.Read());
                    }

                    continue;
                }

                AppendFigure(text, definition.Name, definition.Labels, definition.Read());
            }
        }

        return text.ToString();
    }

    /// <summary>Buckets count everything up to their bound. The count is that of the last bucket, so the three belong together whatever is recorded meanwhile.</summary>
    private static void AppendHistogram(StringBuilder text, string name, LatencyHistogram histogram)
    {
        double sum = histogram.SumSeconds;
        long count = 0;
        for (int bucket = 0; bucket <= histogram.Bounds.Length; bucket++)
        {
            count += histogram.CountOf(bucket);
            string bound = bucket < histogram.Bounds.Length ? histogram.Bounds[bucket].ToString("0.########", CultureInfo.InvariantCulture) : "+Inf";
            text.Append(name).Append("_bucket{le=\"").Append(bound).Append("\"} ").Append(count).Append('\n');
        }

        text.Append(name).Append("_sum ").Append(sum.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        text.Append(name).Append("_count ").Append(count).Append('\n');
    }

    private static void AppendFigure(StringBuilder text, string name, IReadOnlyList<KeyValuePair<string, string>>? labels, double value)
    {
        text.Append(name);
        AppendLabels(text, labels);
        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static void AppendLabels(StringBuilder text, IReadOnlyList<KeyValuePair<string, string>>? labels)
    {
        if (labels is not { Count: > 0 })
        {
            return;
        }

        char before = '{';
        foreach ((string name, string value) in labels)
        {
            text.Append(before).Append(name).Append("=\"");
            AppendEscaped(text, value, quotes: true);
            text.Append('"');
            before = ',';
        }

        text.Append('}');
    }

    private static void AppendEscaped(StringBuilder text, string value, bool quotes)
    {
        foreach (char character in value)
        {
            _ = character switch
            {
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '"' when quotes => text.Append("\\\""),
                _ => text.Append(character),
            };
        }
    }
}
