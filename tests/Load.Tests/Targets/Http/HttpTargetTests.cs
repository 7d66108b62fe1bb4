using System.Net;
using System.Net.Sockets;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Targets.Http;
using FastRegistry.Load.Tests.Targets.Harness;
using FastRegistry.Tests;

namespace FastRegistry.Load.Tests.Targets.Http;

/// <summary>The HTTP target against a real server.</summary>
public sealed class HttpTargetTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_instance_is_registered_as_it_was_given_queried_and_deregistered()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using HttpTarget target = new();
        ITargetConnection connection = await target.ConnectAsync(server.Http, source: null, Stop);
        LoadInstance instance = new("10.1.2.3", 8080, 2.5, [KeyValuePair.Create("zone", "a=b, \"ü\"&c"), KeyValuePair.Create("app", "x")]);
        PreparedRequest query = target.PrepareQuery("s");

        LoadResult before = await connection.SendAsync(query);
        LoadResult registered = await connection.SendAsync(target.PrepareRegister("s", instance));
        Assert.True(registered.IsOk, registered.StatusCode);
        FastRegistry.Registry.Instances.Instance listed = Assert.Single(server.Listed("s"));
        LoadResult with = await connection.SendAsync(query);
        Assert.True((await connection.SendAsync(target.PrepareDeregister("s", instance))).IsOk);

        Assert.True(before.IsOk && with.IsOk && with.SizeBytes > before.SizeBytes + 10, $"{before}, {with}");
        Assert.Equal(("10.1.2.3", 8080, 2.5), (listed.Identity.Ip, listed.Identity.Port, listed.Weight));
        Assert.Equal(instance.Metadata, listed.ReadMetadata());
        Assert.Empty(server.Listed("s"));
    }

    [Fact]
    public async Task Requests_beyond_one_wait_in_line_on_the_one_connection()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using HttpTarget target = new();
        ITargetConnection connection = await target.ConnectAsync(server.Http, source: null, Stop);
        PreparedRequest query = target.PrepareQuery("s");

        // A second TCP connection is not allowed, so that all of them succeed only on the first.
        LoadResult[] results = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => connection.SendAsync(query).AsTask())).WaitAsync(Eventually.Deadline, Stop);

        Assert.All(results, static result => Assert.True(result.IsOk, result.StatusCode));
        Assert.True(connection.IsOpen);
    }

    [Fact]
    public async Task A_refusal_is_a_failure_with_its_status_and_leaves_the_connection_open()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using HttpTarget target = new();
        ITargetConnection connection = await target.ConnectAsync(server.Http, source: null, Stop);

        Assert.Equal(LoadResult.Fail("http 400"), await connection.SendAsync(target.PrepareRegister("s", TestServer.NewInstance(70_000))));
        Assert.True((await connection.SendAsync(target.PrepareQuery("s"))).IsOk);
        Assert.Equal(1, target.Statistics.Open);
    }

    [Fact]
    public async Task The_source_address_is_used_and_requests_outstanding_when_the_connection_is_aborted_fail()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        await using HttpTarget target = new();
        Task<ITargetConnection> connecting = target.ConnectAsync((IPEndPoint)silent.LocalEndpoint, IPAddress.Parse("127.0.0.3"), Stop);
        using Socket server = await silent.AcceptSocketAsync(Stop);
        Assert.Equal("127.0.0.3", ((IPEndPoint)server.RemoteEndPoint!).Address.ToString());
        await server.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), Stop);
        ITargetConnection connection = await connecting;
        Task<LoadResult>[] outstanding = [.. Enumerable.Range(0, 3).Select(_ => connection.SendAsync(target.PrepareQuery("s")).AsTask())];

        connection.Abort();

        Assert.All(
            await Task.WhenAll(outstanding).WaitAsync(Eventually.Deadline, Stop), static result => Assert.Equal(LoadResult.Fail("connection lost"), result));
    }
}
