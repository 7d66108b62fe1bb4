using System.Net;
using System.Text.Json;
using FastRegistry.Client;
using FastRegistry.Node.Hosting;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Tests;

namespace FastRegistry.Server.Tests.Hosting;

/// <summary>The .NET client between two nodes of one process.</summary>
public sealed class MovedClientTests : IAsyncLifetime
{
    private HttpNode _first = null!;
    private HttpNode _second = null!;

    public async ValueTask InitializeAsync()
    {
        _second = await HttpNode.StartAsync("--Deadlines:WarmUp=0", "--Node:Id=second");
        _first = await HttpNode.StartAsync("--Deadlines:WarmUp=0", "--Node:Id=first", "--Deadlines:Reaffirm=00:00:01");
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task A_client_that_is_moved_arrives_at_the_other_node_with_what_it_publishes()
    {
        await using FastRegistry.Client.NamingClient client = new(new NamingClientOptions { Servers = [AddressOf(_first.Host.Node)] });
        await client.RegisterAsync(new ServiceKey("orders"), new Instance("10.0.0.1", 80), TestContext.Current.CancellationToken);
        (_, string text) = await _first.SendAsync(HttpMethod.Get, "/nacos/v2/core/loader/current");
        JsonProperty connection = Assert.Single(JsonDocument.Parse(text).RootElement.EnumerateObject());
        Assert.Equal(1, connection.Value.GetProperty("publications").GetInt32());

        Assert.Equal(
            (HttpStatusCode.OK, "success"),
            await _first.SendAsync(
                HttpMethod.Get, $"/nacos/v2/core/loader/reloadClient?connectionId={connection.Name}&redirectAddress={AddressOf(_second.Host.Node)}"));
        await Eventually.TrueAsync(() => _second.Host.Node.Registry.PublicationCount == 1, "the instance is published on the second node");
        await Eventually.TrueAsync(() => _first.Host.Node.Services.Sessions.Count == 0, "the first node has closed the old connection");

        // One node alone does not hear of the new owner, so it keeps what a client publishes that has moved until the time to register again is over.
        await Eventually.TrueAsync(() => _first.Host.Node.Registry.PublicationCount == 0, "the first node has given up what the client published");
        Assert.Equal(ConnectionState.Connected, client.State);
        Assert.Equal(1, _second.Host.Node.Services.Sessions.Count);
    }

    [Fact]
    public async Task A_client_beyond_a_limit_goes_where_the_node_points_to()
    {
        await using HttpNode full = await HttpNode.StartAsync("--Limits:Connections=1", $"--Limits:RedirectAddresses={AddressOf(_second.Host.Node)}");
        using RawSocket only = await RawSocket.SetUpAsync(full.Host.Node.ClientEndPoint!, "127.0.0.1");
        await using FastRegistry.Client.NamingClient client = new(new NamingClientOptions { Servers = [AddressOf(full.Host.Node)] });
        await client.RegisterAsync(new ServiceKey("orders"), new Instance("10.0.0.1", 80), TestContext.Current.CancellationToken);
        Assert.Equal(1, _second.Host.Node.Registry.PublicationCount);
        Assert.Equal(1, full.Host.Node.Services.Sessions.Count);
    }

    private static string AddressOf(RegistryNode node) => node.ClientEndPoint!.ToString();
}
