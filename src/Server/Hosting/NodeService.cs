using FastRegistry.Node.Hosting;

namespace FastRegistry.Server.Hosting;

/// <summary>Ties the node's life to the host's. The drain runs before HTTP stops, so that readiness can be asked during it.</summary>
internal sealed class NodeService(RegistryNode node) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        node.StartWorkers();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => node.StopAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
