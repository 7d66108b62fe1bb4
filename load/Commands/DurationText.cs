using System.Globalization;

namespace FastRegistry.Load.Commands;

/// <summary>Durations as people write them: <c>500ms</c>, <c>10s</c>, <c>2m</c>.</summary>
internal static class DurationText
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        (string Suffix, double Milliseconds)[] units = [("ms", 1), ("s", 1000), ("m", 60_000)];
        foreach ((string suffix, double milliseconds) in units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && double.TryParse(text[..^suffix.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
                && number * milliseconds < int.MaxValue)
            {
                duration = TimeSpan.FromMilliseconds(number * milliseconds);
                return true;
            }
        }

        duration = default;
        return false;
    }

    public static string Format(TimeSpan duration) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(duration.TotalSeconds < 1 ? duration.TotalMilliseconds : duration.TotalSeconds):0.###}{(duration.TotalSeconds < 1 ? "ms" : "s")}");
}
