using FastRegistry.Load.Commands;
using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Comparison;

/// <summary>What <c>load slow-subscriber</c> was asked to do.</summary>
internal sealed record SlowSubscriberArguments
{
    public const string Usage = """
        usage: load slow-subscriber [options]

        Changes a service of 1 KB and measures the arrival at its subscribers, with and without further subscribers that never read from their
        sockets; in turns, each run on a server of its own. Which one goes first alternates from pair to pair. Fails when the median ratio of the
        others' p99 is above 1.2.

          --pairs N               default 5; about half a minute each
          --subscribers N         those that are measured, default 100
          --slow-subscribers N    those that never read, default 1
          --during DURATION       of each run, default 8s, after a warm-up in which the slow ones fall behind
          --quiet                 no progress
        """;

    // At 50 changes of 1 KB a second, the slow ones are behind after about two seconds.
    private const double WarmUpSeconds = 4;

    public int Pairs { get; private init; } = 5;

    /// <summary>Without servers, and without slow subscribers.</summary>
    public required RunSettings Settings { get; init; }

    public int SlowSubscribers { get; private init; } = 1;

    public bool Quiet { get; private init; }

    /// <exception cref="ArgumentError">An argument is unknown or malformed.</exception>
    public static SlowSubscriberArguments Read(ReadOnlySpan<string> arguments)
    {
        ArgumentReader reader = new(arguments, "--quiet");
        SlowSubscriberArguments read = new()
        {
            Pairs = reader.Number("--pairs", 1, 1000) ?? 5,
            SlowSubscribers = reader.Number("--slow-subscribers", 1, 1000) ?? 1,
            Settings = new RunSettings
            {
                Scenario = ScenarioNames.Push,
                Servers = [],
                Sources = 4,
                Subscribers = [reader.Number("--subscribers", 1, 10_000) ?? 100],
                PayloadBytes = 1024,
                WarmUpSeconds = WarmUpSeconds,
                DuringSeconds = reader.Duration("--during", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(50))?.TotalSeconds ?? 8,
            },
            Quiet = reader.Flag("--quiet"),
        };
        reader.RefuseRest("slow-subscriber");
        return read;
    }
}
