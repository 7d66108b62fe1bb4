using FastRegistry.Load.Commands;
using FastRegistry.Load.Limits;

namespace FastRegistry.Load.HttpComparison;

/// <summary>What <c>load beats</c> was asked to do.</summary>
internal sealed record BeatsArguments
{
    public const string Usage = """
        usage: load beats [options]

        Registers instances over kept-alive HTTP connections and has each send a light beat in every interval, evenly spread; against the product and
        against a bare Kestrel endpoint that answers the same bytes, in turns, each run on a server of its own. Which one goes first alternates from
        pair to pair. Fails when the median ratio of the servers' processor time per beat is above 1.25, a request failed, or an instance is not
        healthy at the end.

          --pairs N            default 7; about a minute each
          --instances N        default 50000, ten to a service
          --connections N      default 1000
          --interval DURATION  between two beats of an instance, default 5s
          --warm-up DURATION   default 8s
          --during DURATION    measured part of each run, default 15s
          --quiet              no progress
        """;

    public int Pairs { get; private init; } = 7;

    public int Instances { get; private init; } = 50_000;

    public int Connections { get; private init; } = 1_000;

    public TimeSpan Interval { get; private init; } = TimeSpan.FromSeconds(5);

    public TimeSpan WarmUp { get; private init; } = TimeSpan.FromSeconds(8);

    public TimeSpan During { get; private init; } = TimeSpan.FromSeconds(15);

    public bool Quiet { get; private init; }

    /// <exception cref="ArgumentError">An argument is unknown or malformed.</exception>
    public static BeatsArguments Read(ReadOnlySpan<string> arguments)
    {
        ArgumentReader reader = new(arguments, "--quiet");
        BeatsArguments standard = new();
        BeatsArguments read = new()
        {
            Pairs = reader.Number("--pairs", 1, 1000) ?? standard.Pairs,
            Instances = reader.Number("--instances", 1, 1_000_000) ?? standard.Instances,
            Connections = reader.Number("--connections", 1, 10_000) ?? standard.Connections,

            // The server gives an instance up after 15 s without a beat.
            Interval = reader.Duration("--interval", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10)) ?? standard.Interval,
            WarmUp = reader.Duration("--warm-up", TimeSpan.Zero, TimeSpan.FromMinutes(10)) ?? standard.WarmUp,
            During = reader.Duration("--during", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)) ?? standard.During,
            Quiet = reader.Flag("--quiet"),
        };
        reader.RefuseRest("beats");
        return read;
    }

    /// <exception cref="CannotRunException">So many connections do not fit into this process.</exception>
    public void RequireRoom() => OpenFileLimit.Require(Connections, OpenFileLimit.Read());
}
