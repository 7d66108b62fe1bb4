using System.Collections.Immutable;
using System.Net;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Servers;

namespace FastRegistry.Load.Restore;

/// <summary>The node of a run, which is killed and started again on its ports. Owned by the runner, who calls it from one thread at a time.</summary>
internal sealed class RestoreNode : IAsyncDisposable
{
    private readonly string _program;
    private readonly ImmutableArray<string> _arguments;
    private LaunchedServer _server;

    private RestoreNode(string program, ImmutableArray<string> arguments, LaunchedServer server)
    {
        _program = program;
        _arguments = arguments;
        _server = server;
        Observer = Observe(server);
    }

    public IPEndPoint Clients => IPEndPoint.Parse(_server.ClientAddress);

    /// <summary>Asks the process that is running now.</summary>
    public ServerObserver Observer { get; private set; }

    public ProcessMemoryPeak MemoryPeak => new(_server.Id);

    /// <param name="program">A .dll or an executable.</param>
    /// <param name="arguments">Further ones.</param>
    /// <exception cref="CannotRunException">It cannot be started.</exception>
    public static async Task<RestoreNode> StartAsync(string program, ImmutableArray<string> arguments, CancellationToken cancellationToken) =>
        new(program, arguments, await new ServerLauncher(program, arguments).StartAsync(0, cancellationToken));

    /// <summary>Ends its process at once (SIGKILL): nobody is told anything, and nothing is saved.</summary>
    public Task KillAsync() => _server.KillAsync();

    /// <summary>After <see cref="KillAsync"/>.</summary>
    /// <exception cref="CannotRunException">It cannot be started, as when somebody else has taken a port.</exception>
    public async Task StartAgainAsync(TimeSpan warmUp, CancellationToken cancellationToken)
    {
        ImmutableArray<string> arguments =
        [
            $"--ClientTransport:Port={Clients.Port}",
            $"--Http:Port={IPEndPoint.Parse(_server.HttpAddress).Port}",
            $"--Deadlines:WarmUp={warmUp:c}",
            .. _arguments,
        ];
        LaunchedServer again = await new ServerLauncher(_program, arguments).StartAsync(0, cancellationToken);
        await _server.DisposeAsync();
        Observer.Dispose();
        _server = again;
        Observer = Observe(again);
    }

    public async ValueTask DisposeAsync()
    {
        Observer.Dispose();
        await _server.DisposeAsync();
    }

    private static ServerObserver Observe(LaunchedServer server) => new(IPEndPoint.Parse(server.HttpAddress));
}
