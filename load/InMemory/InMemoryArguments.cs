using FastRegistry.Load.Commands;

namespace FastRegistry.Load.InMemory;

/// <summary>What <c>load connections --transport memory</c> was asked to do.</summary>
internal sealed record InMemoryArguments
{
    public const string Usage = """
        usage: load connections --transport memory [options]

        One process with a registry node and very many sessions on the in-memory transport, set up by real handshakes: managed heap of each, processor
        time with all idle, all probed at once, all ejected at once, memory afterwards. No sockets, no other servers.

          --connections N         sessions; default 100000, about 2 KB of memory each
          --idle DURATION         window in which nobody says anything; default 30s. Deadlines:IdleProbe is four seconds more
          --probe-answer DURATION Deadlines:ProbeAnswer; default 5s
          --report FOLDER         write the report there as text, Markdown, CSV and JSON
          --json FILE             write the report as JSON
          --quiet                 no progress

        Takes about two times --idle and --probe-answer, and a quarter of a minute for every 100,000 sessions.
        Exit codes: 0 = every rule held, 1 = not, or it could not run, 2 = wrong arguments.
        """;

    private const string Transport = "--transport";
    private const int MostConnections = 2_000_000;

    public required InMemorySettings Settings { get; init; }

    public string? ReportFolder { get; private init; }

    public string? JsonFile { get; private init; }

    public bool Quiet { get; private init; }

    /// <summary>Whether the arguments of <c>load connections</c> ask for this.</summary>
    public static bool AreMeant(ReadOnlySpan<string> arguments) => arguments.ContainsAny([Transport, $"{Transport}=memory"]);

    /// <exception cref="ArgumentError">An argument is unknown or malformed.</exception>
    public static InMemoryArguments Read(ReadOnlySpan<string> arguments)
    {
        ArgumentReader reader = new(arguments, "--quiet");
        if (reader.Text(Transport) is var transport && transport != "memory")
        {
            throw new ArgumentError($"{Transport}: '{transport}' is not memory; without the option the connections are sockets");
        }

        InMemorySettings standard = new();
        InMemoryArguments read = new()
        {
            Settings = new InMemorySettings
            {
                Connections = reader.Number("--connections", 1, MostConnections) ?? standard.Connections,
                IdleSeconds = reader.Duration("--idle", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10))?.TotalSeconds ?? standard.IdleSeconds,
                ProbeAnswerSeconds = reader.Duration("--probe-answer", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1))?.TotalSeconds ?? standard.ProbeAnswerSeconds,
            },
            ReportFolder = reader.Text("--report"),
            JsonFile = reader.Text("--json"),
            Quiet = reader.Flag("--quiet"),
        };
        reader.RefuseRest("connections --transport memory");
        return read;
    }
}
