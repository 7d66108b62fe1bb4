using System.Collections.Immutable;
using System.Globalization;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Running;

namespace FastRegistry.Load.Commands;

/// <summary>Every option that changes what a scenario does; a scenario's definition names those it takes.</summary>
internal static class ScenarioOptions
{
    private const int MostConnections = 10_000_000;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static ImmutableArray<ScenarioOption> All { get; } =
    [
        new("--connections", "N", "connections, or copies where they come and go", static (s, r) => s with { Connections = r.Number("--connections", 1, MostConnections) ?? s.Connections }, static s => Text(s.Connections)),
        new("--outstanding", "N", "requests each connection keeps outstanding when no rate is given", static (s, r) => s with { Outstanding = r.Number("--outstanding", 1, 10_000) ?? s.Outstanding }, static s => Text(s.Outstanding)),
        new("--rate", "N/s", "begin so many a second whatever becomes of those before (open model)", static (s, r) => s with { Rate = r.PerSecond("--rate", 10_000_000) ?? s.Rate }, static s => s.Rate is { } rate ? $"{rate:0.######}/s" : null),
        new("--during", "DURATION", "length of the measured part, or of each", static (s, r) => s with { DuringSeconds = Seconds(r, "--during") ?? s.DuringSeconds }, static s => Duration(s.DuringSeconds)),
        new("--warm-up", "DURATION", "the same load before it, not measured", static (s, r) => s with { WarmUpSeconds = Seconds(r, "--warm-up", zero: true) ?? s.WarmUpSeconds }, static s => Duration(s.WarmUpSeconds)),
        new("--idle", "DURATION", "leave the connections alone for so long once they are there", static (s, r) => s with { IdleSeconds = Seconds(r, "--idle", zero: true) ?? s.IdleSeconds }, static s => Duration(s.IdleSeconds)),
        new("--heartbeat", "DURATION", "each connection sends one heartbeat in this time; 'off' = none", ReadHeartbeat, static s => s.HeartbeatSeconds is { } seconds ? Duration(seconds) : "off"),
        new("--dwell", "DURATION", "mean life of a client", static (s, r) => s with { DwellSeconds = Seconds(r, "--dwell", zero: true) ?? s.DwellSeconds }, static s => Duration(s.DwellSeconds)),
        new("--services", "N", "services the load is spread over", static (s, r) => s with { Services = r.Number("--services", 1, 1_000_000) ?? s.Services }, static s => Text(s.Services)),
        new("--instances", "N", "instances of each service that is read or pushed, or in all where they are filled in", static (s, r) => s with { Instances = r.Number("--instances", 1, 100_000_000) ?? s.Instances }, static s => Text(s.Instances)),
        new("--subscribers", "N,N,...", "subscribers; one part of the run for each number", static (s, r) => s with { Subscribers = r.Numbers("--subscribers", 1, MostConnections) is { } numbers ? [.. numbers.Order()] : s.Subscribers }, static s => string.Join(',', s.Subscribers)),
        new("--slow-subscribers", "N", "further subscribers of the same service that never read from their sockets; the others are measured", static (s, r) => s with { SlowSubscribers = r.Number("--slow-subscribers", 0, 1000) ?? s.SlowSubscribers }, static s => Text(s.SlowSubscribers)),
        new("--payload", "BYTES", "size of a pushed list, 150 to 1100", static (s, r) => s with { PayloadBytes = r.Number("--payload", 150, 1100) ?? s.PayloadBytes }, static s => Text(s.PayloadBytes)),
        new("--phases", "PHASES", "the load, instead of --rate and --during: 'ramp-inject(5000/s, 10s); inject(5000/s, 30s)', 'keep(64, 10s)', 'pause(5s)'", ReadPhases, static s => s.Phases is { } phases ? $"'{phases}'" : null),
        new("--concurrency", "N", "connections in set-up at a time", static (s, r) => s with { Concurrency = r.Number("--concurrency", 1, 10_000) ?? s.Concurrency }, static s => Text(s.Concurrency)),
    ];

    /// <exception cref="InvalidOperationException">There is no such option.</exception>
    public static ScenarioOption Find(string name) => All.Single(option => option.Name == name);

    private static RunSettings ReadHeartbeat(RunSettings settings, ArgumentReader reader)
    {
        const string Name = "--heartbeat";
        if (reader.Peek(Name) == "off")
        {
            reader.Text(Name);
            return settings with { HeartbeatSeconds = null };
        }

        return settings with { HeartbeatSeconds = Seconds(reader, Name) ?? settings.HeartbeatSeconds };
    }

    private static RunSettings ReadPhases(RunSettings settings, ArgumentReader reader)
    {
        if (reader.Text("--phases") is not { } text)
        {
            return settings;
        }

        // A wrong one is refused here and not in a generator.
        try
        {
            PhaseText.Parse(text);
        }
        catch (ArgumentError error)
        {
            throw new ArgumentError($"--phases: {error.Message}");
        }

        return settings with { Phases = text };
    }

    private static double? Seconds(ArgumentReader reader, string name, bool zero = false) =>
        reader.Duration(name, zero ? TimeSpan.Zero : Shortest, Longest)?.TotalSeconds;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Duration(double seconds) => DurationText.Format(TimeSpan.FromSeconds(seconds));
}
