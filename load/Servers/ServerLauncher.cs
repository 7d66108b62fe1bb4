using System.Collections.Immutable;
using System.Diagnostics;
using FastRegistry.Load.Commands;

namespace FastRegistry.Load.Servers;

/// <summary>Starts servers of one program on free ports of this machine.</summary>
/// <param name="program">A .dll, started by <c>dotnet</c>, or an executable.</param>
/// <param name="arguments">Further arguments for every server.</param>
internal sealed class ServerLauncher(string program, ImmutableArray<string> arguments)
{
    // What keeps a server from outliving the load tool however that ends: a background shell waits for a line or the end of standard input, which is this
    // process' pipe, and at its end terminates the server ($$ is the server's process: exec keeps the number). Ctrl-C is ignored because it reaches
    // every process of the terminal, and the run still needs the server to clean up and to be read.
    private const string Guard = """
        trap '' INT
        exec 3<&0
        (read -r line <&3 || kill -TERM $$) >/dev/null 2>&1 </dev/null &
        exec "$0" "$@" </dev/null 3<&-
        """;

    private const string Shell = "/bin/sh";
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);

    /// <summary>Starts one and waits until it is ready.</summary>
    /// <param name="number">Makes its node name unique in the run.</param>
    /// <exception cref="CannotRunException">It cannot be started, ends, or is not ready in time.</exception>
    public async Task<LaunchedServer> StartAsync(int number, CancellationToken cancellationToken)
    {
        long startedAt = Stopwatch.GetTimestamp();
        LaunchedServer server = LaunchedServer.Start(StartInfo(number));
        try
        {
            await server.WaitUntilReadyAsync(startedAt, ReadyWithin, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>How it is started. Its standard input must stay open: the end of it is the end of the server.</summary>
    public ProcessStartInfo StartInfo(int number)
    {
        ImmutableArray<string> command =
        [
            .. program.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? (ImmutableArray<string>)[DotnetPath(), program] : [program],
            "--Http:Port=0", "--ClientTransport:Port=0", $"--Node:Id=load-{number}",

            // Nobody is to come back to it; while lists are provisional, deltas are not pushed.
            "--Deadlines:WarmUp=00:00:00",
            .. arguments,
        ];
        ProcessStartInfo start = File.Exists(Shell) ? new(Shell, ["-c", Guard, .. command]) : new(command[0], command[1..]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return start;
    }

    /// <summary>The runtime that runs this program, when it was started through it.</summary>
    public static string DotnetPath() =>
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet"
            ? path
            : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
}
