using FastRegistry.Load.Commands;
using FastRegistry.Load.Limits;

namespace FastRegistry.Load.HttpComparison;

/// <summary>What <c>load http</c> was asked to do.</summary>
internal sealed record HttpArguments
{
    public const string Usage = """
        usage: load http [options]

        Beats, then lists of a service of 10 instances, as fast as they are answered: every kept-alive HTTP connection sends the next request when the
        last one is answered. Against the product and against a bare Kestrel endpoint that answers the same bytes, in turns, each run on a server of its
        own. Which one goes first alternates from pair to pair. Fails when the median ratio of the rates is below 0.7, or a request failed.

          --pairs N            default 7; about half a minute each
          --connections N      default 64
          --warm-up DURATION   of each part, default 3s
          --during DURATION    measured part, default 5s
          --quiet              no progress
        """;

    public int Pairs { get; private init; } = 7;

    public int Connections { get; private init; } = 64;

    public TimeSpan WarmUp { get; private init; } = TimeSpan.FromSeconds(3);

    public TimeSpan During { get; private init; } = TimeSpan.FromSeconds(5);

    public bool Quiet { get; private init; }

    /// <exception cref="ArgumentError">An argument is unknown or malformed.</exception>
    public static HttpArguments Read(ReadOnlySpan<string> arguments)
    {
        ArgumentReader reader = new(arguments, "--quiet");
        HttpArguments standard = new();
        HttpArguments read = new()
        {
            Pairs = reader.Number("--pairs", 1, 1000) ?? standard.Pairs,
            Connections = reader.Number("--connections", 1, 10_000) ?? standard.Connections,
            WarmUp = reader.Duration("--warm-up", TimeSpan.Zero, TimeSpan.FromMinutes(10)) ?? standard.WarmUp,
            During = reader.Duration("--during", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)) ?? standard.During,
            Quiet = reader.Flag("--quiet"),
        };
        reader.RefuseRest("http");
        return read;
    }

    /// <exception cref="CannotRunException">So many connections do not fit into this process.</exception>
    public void RequireRoom() => OpenFileLimit.Require(Connections, OpenFileLimit.Read());
}
