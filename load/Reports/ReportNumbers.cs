using System.Globalization;

namespace FastRegistry.Load.Reports;

/// <summary>Numbers for people: three significant digits and the unit that fits. Null and what is not a number become a dash.</summary>
internal static class ReportNumbers
{
    private const string None = "-";

    public static string Count(long value) => value.ToString("#,##0", CultureInfo.InvariantCulture);

    public static string Number(double? value) => value is { } number && double.IsFinite(number) ? Significant(number) : None;

    /// <summary>To three decimals, for what was compared with a limit.</summary>
    public static string Exact(double? value) =>
        value is { } number && double.IsFinite(number) ? number.ToString("#,##0.###", CultureInfo.InvariantCulture) : None;

    public static string Rate(double? perSecond) => WithUnit(perSecond, "/s");

    public static string Percent(double part, double whole) => whole > 0 ? $"{(part / whole * 100).ToString("0.0", CultureInfo.InvariantCulture)} %" : None;

    public static string Seconds(double? seconds) => WithUnit(seconds, " s");

    public static string Time(double? microseconds) => Scaled(microseconds * 1000, 1000, "ns", "µs", "ms", "s");

    /// <summary>1 KB is 1,024 bytes.</summary>
    public static string Bytes(double? bytes) => Scaled(bytes, 1024, "B", "KB", "MB");

    /// <summary>Bytes without a larger unit, for what is compared to the byte.</summary>
    public static string ExactBytes(double? bytes) =>
        bytes is { } value && double.IsFinite(value) ? $"{value.ToString("#,##0", CultureInfo.InvariantCulture)} B" : None;

    private static string WithUnit(double? value, string unit) => Number(value) is var text && text == None ? None : text + unit;

    private static string Scaled(double? value, double step, params ReadOnlySpan<string> units)
    {
        if (value is not { } scaled || !double.IsFinite(scaled))
        {
            return None;
        }

        int unit = 0;
        // What would be shown as 1,000 µs is shown as 1.00 ms.
        while (unit < units.Length - 1 && Math.Abs(scaled) >= step - 0.5)
        {
            scaled /= step;
            unit++;
        }

        return unit == 0 && Math.Abs(scaled - Math.Round(scaled)) < 1e-6
            ? $"{scaled.ToString("#,##0", CultureInfo.InvariantCulture)} {units[unit]}"
            : $"{Significant(scaled)} {units[unit]}";
    }

    private static string Significant(double value)
    {
        string format = Math.Abs(value) switch
        {
            0 => "0",
            >= 99.95 => "#,##0",
            >= 9.995 => "0.0",
            _ => "0.00",
        };
        return value.ToString(format, CultureInfo.InvariantCulture);
    }
}
