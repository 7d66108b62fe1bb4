using System.Collections.Immutable;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Comparison;

/// <summary>What <c>load transports</c> was asked to do.</summary>
internal sealed record TransportsArguments
{
    public const string Usage = """
        usage: load transports [options]

        Opens the same connections to servers on event loops (epoll), to servers on System.Net.Sockets and to the gRPC-shaped baseline, one side after
        the other and each on fresh servers; leaves them idle, has them send heartbeats, closes them, and prints what a connection costs on each.

          --connections N         of each side; default 100000
          --servers N             server processes of each side; default: as many as the open-file limit asks for, six for 100000
          --rate N/s              heartbeats per second over all connections; default 20000
          --idle DURATION         window in which nobody says anything; default 5s
          --during DURATION       of the heartbeats; default 15s
          --sides NAME,NAME,...   only these, in this order: epoll, sockets, grpc-shaped
          --json FILE             write the whole report of each side as JSON
          --quiet                 no progress

        With 100,000 connections a side takes one to two minutes, and the baseline about 10 GB of memory.
        Exit codes: 0 = every connection was opened, kept and closed, 1 = not, or it could not run, 2 = wrong arguments.
        """;

    private const int MostConnections = 1_000_000;
    private const int MostServers = 64;
    private const int DefaultRate = 20_000;

    /// <summary>Without servers and target.</summary>
    public required RunSettings Settings { get; init; }

    /// <summary>Null = as many as the open-file limit asks for.</summary>
    public int? Servers { get; private init; }

    public required ImmutableArray<TransportSide> Sides { get; init; }

    public string? JsonFile { get; private init; }

    public bool Quiet { get; private init; }

    /// <exception cref="ArgumentError">An argument is unknown or malformed.</exception>
    public static TransportsArguments Read(ReadOnlySpan<string> arguments)
    {
        ArgumentReader reader = new(arguments, "--quiet");
        int connections = reader.Number("--connections", 1, MostConnections) ?? 100_000;
        TransportsArguments read = new()
        {
            Settings = new RunSettings
            {
                Scenario = ScenarioNames.Connections,
                Servers = [],
                Sources = 4,
                Connections = connections,
                HeartbeatSeconds = (double)connections / (reader.PerSecond("--rate", 10_000_000) ?? DefaultRate),
                IdleSeconds = Seconds(reader, "--idle") ?? 5,
                DuringSeconds = Seconds(reader, "--during") ?? 15,
                SetupTimeoutSeconds = 60,
            },
            Servers = reader.Number("--servers", 1, MostServers),
            Sides = reader.Text("--sides") is { } names ? [.. names.Split(',', StringSplitOptions.TrimEntries).Select(Find)] : TransportSide.All,
            JsonFile = reader.Text("--json"),
            Quiet = reader.Flag("--quiet"),
        };
        reader.RefuseRest("transports");
        return read;
    }

    private static double? Seconds(ArgumentReader reader, string name) => reader.Duration(name, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))?.TotalSeconds;

    private static TransportSide Find(string name) => TransportSide.All.FirstOrDefault(side => side.Name == name)
        ?? throw new ArgumentError($"--sides: '{name}' is not one of {string.Join(", ", TransportSide.All.Select(static side => side.Name))}");
}
