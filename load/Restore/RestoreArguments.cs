using System.Collections.Immutable;
using System.Globalization;
using FastRegistry.Load.Commands;

namespace FastRegistry.Load.Restore;

/// <summary>What <c>load restore</c> was asked to do.</summary>
internal sealed record RestoreArguments
{
    public const string Command = "restore";

    public const string Usage = """
        usage: load restore [options]

        A fleet loses its node and comes back. The tool starts a node, fills services with instances, and connects clients that register and subscribe;
        then the node is killed (SIGKILL) and started again on the same ports, and every client comes back: registrations first, then all
        subscriptions in as few requests as the protocol allows. Then all clients drop their connections to the living node at once, twice: the first
        time they ask for whole lists, the second time they say which lists they have. Prints when clients had their lists again and what it cost.

          --clients N             default 500
          --registrations N       services in which each client registers an instance; default 2
          --subscriptions N       services that each client is subscribed to; default 20
          --services N            services there are to subscribe to, and as many to register in; default 100
          --instances N           in the list of each service; default 20, up to 5000
          --spread DURATION       each attempt to come back begins after a random time of at most this (full jitter); default 2s, as the .NET client;
                                  0s = all in the same moment
          --held on|off           whether clients say which lists they have when they come back to the restarted node; default on
          --node-warm-up DURATION how long the restarted node says that its lists are provisional; default 3s
          --timeout DURATION      for each part; default 60s
          --server-program FILE   the program to start as a node; default: the one built beside this tool
          --server-arguments TEXT further arguments for it, separated by spaces
          --json FILE             also write the report as JSON
          --quiet                 no progress

        Exit codes: 0 = every client had all its lists again and no connection was lost on the way, 1 = not, or it could not run, 2 = wrong arguments.
        """;

    // One process has them all, and one source address has about 28,000 ports.
    private const int MostClients = 20_000;

    // A batch is one request of at most 1 MiB.
    private const int MostInstances = 5_000;
    private const int MostServices = 100_000;
    private const int MostSubscriptions = 10_000;

    public required RestoreSettings Settings { get; init; }

    /// <summary>Null = the one built beside the tool.</summary>
    public string? ServerProgram { get; private init; }

    public ImmutableArray<string> ServerArguments { get; private init; } = [];

    public string? JsonFile { get; private init; }

    public bool Quiet { get; private init; }

    /// <exception cref="ArgumentError">An argument is unknown or malformed.</exception>
    public static RestoreArguments Read(ReadOnlySpan<string> arguments)
    {
        ArgumentReader reader = new(arguments, "--quiet");
        RestoreSettings defaults = new();
        RestoreSettings settings = new()
        {
            Clients = reader.Number("--clients", 1, MostClients) ?? defaults.Clients,
            Registrations = reader.Number("--registrations", 0, MostServices) ?? defaults.Registrations,
            Subscriptions = reader.Number("--subscriptions", 1, MostSubscriptions) ?? defaults.Subscriptions,
            Services = reader.Number("--services", 1, MostServices) ?? defaults.Services,
            Instances = reader.Number("--instances", 1, MostInstances) ?? defaults.Instances,
            SpreadSeconds = Seconds(reader, "--spread", TimeSpan.Zero) ?? defaults.SpreadSeconds,
            Held = ReadSwitch(reader, "--held") ?? defaults.Held,
            NodeWarmUpSeconds = Seconds(reader, "--node-warm-up", TimeSpan.Zero) ?? defaults.NodeWarmUpSeconds,
            TimeoutSeconds = Seconds(reader, "--timeout", TimeSpan.FromSeconds(1)) ?? defaults.TimeoutSeconds,
        };
        RestoreArguments read = new()
        {
            Settings = settings,
            ServerProgram = reader.Text("--server-program"),
            ServerArguments = [.. reader.Text("--server-arguments")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? []],
            JsonFile = reader.Text("--json"),
            Quiet = reader.Flag("--quiet"),
        };
        reader.RefuseRest(Command);
        RequireServices(settings.Subscriptions, "--subscriptions", settings);
        RequireServices(settings.Registrations, "--registrations", settings);
        return read;
    }

    private static void RequireServices(int number, string option, RestoreSettings settings)
    {
        if (number > settings.Services)
        {
            throw new ArgumentError(string.Create(CultureInfo.InvariantCulture, $"{option}: a client cannot have {number} different services of {settings.Services}; --services says how many there are"));
        }
    }

    private static bool? ReadSwitch(ArgumentReader reader, string name) => reader.Text(name) switch
    {
        null => null,
        "on" => true,
        "off" => false,
        string text => throw new ArgumentError($"{name}: '{text}' is not one of on, off"),
    };

    private static double? Seconds(ArgumentReader reader, string name, TimeSpan minimum) => reader.Duration(name, minimum, TimeSpan.FromHours(1))?.TotalSeconds;
}
