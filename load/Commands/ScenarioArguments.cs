using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Thresholds;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Load.Commands;

/// <summary>What <c>load SCENARIO …</c> was asked to do.</summary>
internal sealed record ScenarioArguments
{
    private const int MostSources = 250;
    private const int MostServers = 64;
    private const int DefaultSources = 4;

    /// <summary>Without servers.</summary>
    public required RunSettings Settings { get; init; }

    /// <summary>Given by the user; empty = the default ports, or own servers.</summary>
    public ImmutableArray<ServerAddress> Servers { get; init; } = [];

    /// <summary>So many servers are started for the run; null = those that are running, unless they are too few.</summary>
    public int? OwnServers { get; init; }

    /// <summary>Processes that make the load; null = as many as the connections need.</summary>
    public int? Generators { get; init; }

    public required ImmutableArray<LoadThreshold> Thresholds { get; init; }

    public string? ReportFolder { get; init; }

    public string? JsonFile { get; init; }

    /// <summary>No progress.</summary>
    public bool Quiet { get; init; }

    /// <summary>Program to start as a server; null = the one that was built with this tool.</summary>
    public string? ServerProgram { get; init; }

    /// <exception cref="ArgumentError">An argument is unknown or malformed.</exception>
    public static ScenarioArguments Read(ScenarioDefinition definition, ReadOnlySpan<string> arguments)
    {
        ArgumentReader reader = new(arguments, "--quiet");
        RunSettings settings = definition.Defaults;
        foreach (string option in definition.Options)
        {
            settings = ScenarioOptions.Find(option).Apply(settings, reader);
        }

        settings = settings with { Target = ReadTarget(reader), RandomSpacing = ReadSpacing(reader) };
        settings = settings with { ClientTransport = ReadClientTransport(reader, settings.Target) };
        ImmutableArray<ServerAddress> servers = ReadServers(reader, settings.Target);
        settings = settings with
        {
            Sources = ReadSources(reader, servers),
            SetupTimeoutSeconds = reader.Duration("--setup-timeout", TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1))?.TotalSeconds ?? settings.SetupTimeoutSeconds,
        };
        ScenarioArguments read = new()
        {
            Settings = settings,
            Servers = servers,
            OwnServers = reader.Number("--servers", 1, MostServers),
            Generators = reader.Number("--generators", 1, MostServers),
            Thresholds = ReadThresholds(reader, definition),
            ReportFolder = reader.Text("--report"),
            JsonFile = reader.Text("--json"),
            Quiet = reader.Flag("--quiet"),
            ServerProgram = reader.Text("--server-program"),
        };
        reader.RefuseRest(definition.Name);
        return read.OwnServers is null || servers.IsEmpty
            ? read
            : throw new ArgumentError("--servers starts servers and --server names running ones; give one of them");
    }

    private static TargetKind ReadTarget(ArgumentReader reader) => reader.Text("--target") switch
    {
        null or "native" => TargetKind.Native,
        "grpc-shaped" => TargetKind.GrpcShaped,
        "http" => TargetKind.Http,
        string text => throw new ArgumentError($"--target: '{text}' is not one of native, grpc-shaped, http"),
    };

    private static ClientTransport ReadClientTransport(ArgumentReader reader, TargetKind target) => reader.Text("--client-transport") switch
    {
        null => ClientTransport.Auto,
        not null when target != TargetKind.Native => throw new ArgumentError("--client-transport is for --target native; the others have HTTP clients"),
        "auto" => ClientTransport.Auto,
        "sockets" => ClientTransport.Sockets,
        "epoll" when EpollTransport.IsSupported => ClientTransport.Epoll,
        "epoll" => throw new ArgumentError("--client-transport: 'epoll' is there on Linux only"),
        string text => throw new ArgumentError($"--client-transport: '{text}' is not one of auto, sockets, epoll"),
    };

    private static bool ReadSpacing(ArgumentReader reader) => reader.Text("--spacing") switch
    {
        null or "even" => false,
        "random" => true,
        string text => throw new ArgumentError($"--spacing: '{text}' is not one of even, random"),
    };

    private static ImmutableArray<ServerAddress> ReadServers(ArgumentReader reader, TargetKind target)
    {
        IPEndPoint[]? http = reader.EndPoints("--http");
        IPEndPoint[]? load = reader.EndPoints("--server");
        if (target == TargetKind.Http)
        {
            // There the load goes to the HTTP side itself.
            load ??= http;
        }

        if (load is null && http is null)
        {
            return [];
        }

        load ??= [DefaultServers.Clients];
        http ??= [DefaultServers.Http];
        return http.Length == load.Length
            ? [.. load.Zip(http, static (client, side) => new ServerAddress(client.ToString(), side.ToString()))]
            : throw new ArgumentError($"--http names {http.Length} address(es) and --server {load.Length}; there must be one for each");
    }

    private static int ReadSources(ArgumentReader reader, ImmutableArray<ServerAddress> servers)
    {
        IPAddress? outside = servers
            .Select(static server => IPEndPoint.Parse(server.Load).Address)
            .FirstOrDefault(static address => !IPAddress.IsLoopback(address) || address.AddressFamily != AddressFamily.InterNetwork);
        int? sources = reader.Number("--sources", 0, MostSources);
        return sources > 0 && outside is not null
            ? throw new ArgumentError($"--sources: source addresses are 127.0.0.x and reach a server on 127.0.0.x only, not {outside}")
            : sources ?? (outside is null ? DefaultSources : 0);
    }

    private static ImmutableArray<LoadThreshold> ReadThresholds(ArgumentReader reader, ScenarioDefinition definition)
    {
        IEnumerable<string> texts = reader.Text("--threshold") is { } text
            ? text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : definition.Thresholds;
        return [.. texts.Select(LoadThreshold.Parse)];
    }
}
