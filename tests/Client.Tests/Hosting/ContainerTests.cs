using Microsoft.Extensions.DependencyInjection;

namespace FastRegistry.Client.Tests.Hosting;

public sealed class ContainerTests
{
    [Fact]
    public async Task The_container_makes_one_client_and_disposes_it()
    {
        ServiceCollection services = new();
        services.AddFastRegistry(options => options with { Servers = ["127.0.0.1:1"], Namespace = "tests" });
        ServiceProvider provider = services.BuildServiceProvider();
        INamingClient client = provider.GetRequiredService<INamingClient>();
        Assert.Same(client, provider.GetRequiredService<INamingClient>());
        await provider.DisposeAsync();
        Assert.Equal(ConnectionState.Disposed, client.State);
    }

    [Fact]
    public void A_container_may_be_disposed_synchronously()
    {
        ServiceCollection services = new();
        services.AddFastRegistry(options => options with { Servers = ["127.0.0.1:1"] });
        ServiceProvider provider = services.BuildServiceProvider();
        INamingClient client = provider.GetRequiredService<INamingClient>();
        provider.Dispose();
        Assert.Equal(ConnectionState.Disposed, client.State);
    }
}
