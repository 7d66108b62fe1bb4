using System.Collections.Immutable;
using System.Globalization;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Running;

/// <summary>Phases as people write them: <c>ramp-keep(64, 5s); keep(64, 10s); pause(2s); inject(1000/s, 30s)</c>.</summary>
internal static class PhaseText
{
    private const string Forms =
        "keep(COPIES, TIME), ramp-keep(COPIES, TIME), iterations(COPIES, COUNT), inject(NUMBER/s, TIME), ramp-inject(NUMBER/s, TIME) or pause(TIME)";

    /// <exception cref="ArgumentError">It is not a list of phases; names the phase and the rule.</exception>
    public static ImmutableArray<LoadPhase> Parse(string text)
    {
        string[] parts = text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 0 ? [.. parts.Select(ParsePhase)] : throw new ArgumentError($"there is no phase; a phase is {Forms}");
    }

    public static string Format(ImmutableArray<LoadPhase> phases) => string.Join("; ", phases.Select(Format));

    private static LoadPhase ParsePhase(string text)
    {
        int bracket = text.IndexOf('(', StringComparison.Ordinal);
        if (bracket < 0 || !text.EndsWith(')'))
        {
            throw new ArgumentError($"phase '{text}': it must be {Forms}");
        }

        string[] arguments = text[(bracket + 1)..^1].Split(',', StringSplitOptions.TrimEntries);
        LoadPhase phase = (text[..bracket].TrimEnd(), arguments.Length) switch
        {
            ("keep", 2) => new LoadPhase.KeepConstant(ParseCopies(text, arguments[0]), ParseDuration(text, arguments[1])),
            ("ramp-keep", 2) => new LoadPhase.RampingConstant(ParseCopies(text, arguments[0]), ParseDuration(text, arguments[1])),
            ("iterations", 2) => new LoadPhase.IterationsForConstant(ParseCopies(text, arguments[0]), ParseCount(text, arguments[1])),
            ("inject", 2) => ParseInject(text, arguments),
            ("ramp-inject", 2) => ParseInject(text, arguments) is var (rate, interval, during) ? new LoadPhase.RampingInject(rate, interval, during) : null!,
            ("pause", 1) => new LoadPhase.Pause(ParseDuration(text, arguments[0])),
            _ => throw new ArgumentError($"phase '{text}': it must be {Forms}"),
        };
        return ScenarioRules.BrokenRuleOf(phase) is { } rule ? throw new ArgumentError($"phase '{text}': {rule}") : phase;
    }

    private static LoadPhase.Inject ParseInject(string phase, string[] arguments)
    {
        string text = arguments[0];
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string interval = slash < 0 ? "" : text[(slash + 1)..].Trim();
        if (slash > 0
            && double.TryParse(text[..slash], NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out double rate)
            && DurationText.TryParse(interval is [>= '0' and <= '9', ..] ? interval : "1" + interval, out TimeSpan length))
        {
            return new LoadPhase.Inject(rate, length, ParseDuration(phase, arguments[1]));
        }

        throw new ArgumentError($"phase '{phase}': '{text}' is not a rate such as 1000/s or 50/100ms");
    }

    private static int ParseCopies(string phase, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int copies)
            ? copies
            : throw new ArgumentError($"phase '{phase}': copies '{text}' must be a whole number from 0 to {int.MaxValue}");

    private static long ParseCount(string phase, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            ? count
            : throw new ArgumentError($"phase '{phase}': iterations '{text}' must be a whole number from 0");

    private static TimeSpan ParseDuration(string phase, string text) =>
        DurationText.TryParse(text, out TimeSpan duration)
            ? duration
            : throw new ArgumentError($"phase '{phase}': '{text}' is not a duration such as 500ms, 10s or 2m");

    private static string Format(LoadPhase phase) => phase switch
    {
        LoadPhase.KeepConstant keep => $"keep({keep.Copies}, {DurationText.Format(keep.During)})",
        LoadPhase.RampingConstant ramp => $"ramp-keep({ramp.Copies}, {DurationText.Format(ramp.During)})",
        LoadPhase.IterationsForConstant count => $"iterations({count.Copies}, {count.Iterations})",
        LoadPhase.Inject inject => $"inject({FormatRate(inject.Rate, inject.Interval)}, {DurationText.Format(inject.During)})",
        LoadPhase.RampingInject ramp => $"ramp-inject({FormatRate(ramp.Rate, ramp.Interval)}, {DurationText.Format(ramp.During)})",
        _ => $"pause({DurationText.Format(phase.During)})",
    };

    private static string FormatRate(double rate, TimeSpan interval) => string.Create(
        CultureInfo.InvariantCulture, $"{rate:0.######}/{(interval == TimeSpan.FromSeconds(1) ? "s" : DurationText.Format(interval))}");
}
