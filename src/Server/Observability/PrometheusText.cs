using System.Globalization;
using System.Text;

namespace FastRegistry.Server.Observability;

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
            text.Append("\n# TYPE ").Append(first.Name).Append(first.IsCounter ? " counter\n" : " gauge\n");
            foreach (MetricDefinition definition in metric)
            {
                text.Append(definition.Name);
                AppendLabels(text, definition.Labels);
                text.Append(' ').Append(definition.Read().ToString("R", CultureInfo.InvariantCulture)).Append('\n');
            }
        }

        return text.ToString();
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
