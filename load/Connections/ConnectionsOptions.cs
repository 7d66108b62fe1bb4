using System.Net;
using FastRegistry.Load.Commands;

namespace FastRegistry.Load.Connections;

/// <summary>What <c>load connections</c> was asked to do.</summary>
internal sealed record ConnectionsOptions
{
    public const string Usage = """
        usage: load connections [options]

        Opens set-up connections to a running server, holds them, closes them in order, and tells what they cost.

          --connections N      how many; default 1000
          --hold DURATION      how long all of them are held; default 10s
          --heartbeat DURATION each connection pings once per this time, evenly spread; 'off' = none; default 5s
          --rate N/s           begin this many per second; default: as fast as they complete
          --concurrency N      connections in set-up at a time; default 64
          --setup-timeout D    for connect and set-up of one connection; default 10s
          --server IP:PORT     the server's client transport; default 127.0.0.1:7848
          --http IP:PORT       the server's HTTP side, for memory and processor time; default 127.0.0.1:8848
          --sources N          source addresses 127.0.0.2, 127.0.0.3, ... taken in turns, for a loopback server; default 4
                               (each has about 28,000 ports); 0 = the system's choice
          --json FILE          also write the report as JSON

        Durations are written 500ms, 10s or 2m. The server needs as many open files as this process.
        Exit codes: 0 = all were set up and held, 1 = not, 2 = wrong arguments.
        """;

    private const int DefaultSources = 4;
    private const int MaximumSources = 250;

    public int Connections { get; private init; } = 1000;

    public TimeSpan Hold { get; private init; } = TimeSpan.FromSeconds(10);

    /// <summary>Null = no heartbeats.</summary>
    public TimeSpan? Heartbeat { get; private init; } = TimeSpan.FromSeconds(5);

    /// <summary>Null = as fast as they complete.</summary>
    public int? RatePerSecond { get; private init; }

    public int Concurrency { get; private init; } = 64;

    public TimeSpan SetupTimeout { get; private init; } = TimeSpan.FromSeconds(10);

    public IPEndPoint Server { get; private init; } = new(IPAddress.Loopback, 7848);

    public IPEndPoint Http { get; private init; } = new(IPAddress.Loopback, 8848);

    /// <summary>0 = the system chooses the source address.</summary>
    public int Sources { get; private init; }

    public string? JsonFile { get; private init; }

    /// <exception cref="ArgumentError">One of them is unknown or malformed.</exception>
    public static ConnectionsOptions Read(ReadOnlySpan<string> arguments)
    {
        ConnectionsOptions defaults = new();
        ArgumentReader reader = new(arguments);
        IPEndPoint server = reader.EndPoint("--server") ?? defaults.Server;
        bool sourcesAllowed = IPAddress.IsLoopback(server.Address) && server.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        int? sources = reader.Number("--sources", 0, MaximumSources);
        if (sources > 0 && !sourcesAllowed)
        {
            throw new ArgumentError($"--sources: source addresses are 127.0.0.x and reach a server on 127.0.0.x only, not {server.Address}");
        }

        TimeSpan day = TimeSpan.FromDays(1);
        ConnectionsOptions options = new()
        {
            Connections = reader.Number("--connections", 1, 10_000_000) ?? defaults.Connections,
            Hold = reader.Duration("--hold", TimeSpan.Zero, day) ?? defaults.Hold,
            Heartbeat = ReadHeartbeat(reader, defaults.Heartbeat, day),
            RatePerSecond = reader.PerSecond("--rate", 1_000_000),
            Concurrency = reader.Number("--concurrency", 1, 10_000) ?? defaults.Concurrency,
            SetupTimeout = reader.Duration("--setup-timeout", TimeSpan.FromMilliseconds(1), day) ?? defaults.SetupTimeout,
            Server = server,
            Http = reader.EndPoint("--http") ?? defaults.Http,
            Sources = sources ?? (sourcesAllowed ? DefaultSources : 0),
            JsonFile = reader.Text("--json"),
        };
        reader.RefuseRest("connections");
        return options;
    }

    private static TimeSpan? ReadHeartbeat(ArgumentReader reader, TimeSpan? @default, TimeSpan maximum)
    {
        const string Name = "--heartbeat";
        if (reader.Peek(Name) == "off")
        {
            reader.Text(Name);
            return null;
        }

        return reader.Duration(Name, TimeSpan.FromMilliseconds(10), maximum) ?? @default;
    }
}
