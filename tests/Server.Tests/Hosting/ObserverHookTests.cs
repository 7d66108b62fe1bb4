using FastRegistry.Registry.Events;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Hosting;
using FastRegistry.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace FastRegistry.Server.Tests.Hosting;

public sealed class ObserverHookTests
{
    [Fact]
    public async Task An_observer_that_is_added_to_the_services_hears_everything_up_to_the_stop()
    {
        RecordingObserver observer = new(static kind => kind is EventKind.InstanceRegistered or EventKind.ServiceCreated, name: "mine");
        ServerHost host = ServerHost.Create(
            ["--Http:Port=0", "--ClientTransport:Port=0", "--Logging:LogLevel:Default=None"], services => services.AddSingleton<INodeObserver>(observer));
        await using (host)
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            RegistryClient client = Make.Client();
            for (int port = 1; port <= 100; port++)
            {
                host.Node.Registry.Register(client, "s", Make.Instance(port));
            }

            await host.StopAsync(TestContext.Current.CancellationToken);
            Assert.Equal(101, host.Node.Events.Queues.Single(static queue => queue.Name == "mine").Delivered);
        }

        Assert.Equal(EventKind.ServiceCreated, observer.Heard[0].Kind);
        Assert.Equal(Enumerable.Range(1, 100), observer.Heard.Skip(1).Select(static heard => heard.Instance!.Value.Port));
    }
}
