using System.Globalization;

namespace FastRegistry.Load.Observation;

/// <summary>A server's answer on <c>/metrics</c>: Prometheus' text form, as far as metrics without labels go.</summary>
internal sealed class MetricsText
{
    private readonly Dictionary<string, double> _values = [];

    public MetricsText(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0 && line[0] != '#' && double.TryParse(line.AsSpan(space), NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            {
                _values[line[..space]] = value;
            }
        }
    }

    /// <summary>Null when the server does not have it.</summary>
    public double? Find(string name) => _values.TryGetValue(name, out double value) ? value : null;
}
