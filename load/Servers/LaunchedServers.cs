using System.Collections.Immutable;
using System.Net;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Limits;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Servers;

/// <summary>The servers the load tool has started for a run: as many as the connections need. Owned by the command.</summary>
internal sealed class LaunchedServers : IAsyncDisposable
{
    private readonly List<LaunchedServer> _servers = [];

    private LaunchedServers()
    {
    }

    public IReadOnlyList<LaunchedServer> Servers => _servers;

    /// <summary>Starts one, asks it how many connections it takes, and starts the others. One after another, so that each start-up time is its own.</summary>
    /// <param name="connections">Of the run.</param>
    /// <param name="servers">So many and no others; null = as many as the connections need.</param>
    /// <exception cref="CannotRunException">One cannot be started, or there would be too many.</exception>
    public static async Task<LaunchedServers> StartAsync(ServerLauncher launcher, int connections, int? servers, CancellationToken cancellationToken)
    {
        LaunchedServers launched = new();
        try
        {
            LaunchedServer first = await launcher.StartAsync(0, cancellationToken);
            launched._servers.Add(first);
            using ServerObserver observer = new(IPEndPoint.Parse(first.HttpAddress));
            int? limit = (await observer.ReadAsync(cancellationToken)).ConnectionsLimit;
            int count = servers ?? ServerCount.For(connections, limit, OpenFileLimit.Read());
            while (launched._servers.Count < count)
            {
                launched._servers.Add(await launcher.StartAsync(launched._servers.Count, cancellationToken));
            }

            return launched;
        }
        catch
        {
            await launched.DisposeAsync();
            throw;
        }
    }

    public ImmutableArray<ServerAddress> AddressesFor(TargetKind target) => [.. _servers.Select(server => server.AddressFor(target))];

    /// <summary>Asks all to stop.</summary>
    public Task StopAsync() => Task.WhenAll(_servers.Select(static server => server.StopAsync()));

    public async ValueTask DisposeAsync() => await Task.WhenAll(_servers.Select(static server => server.DisposeAsync().AsTask()));
}
