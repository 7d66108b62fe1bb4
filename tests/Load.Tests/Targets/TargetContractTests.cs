using System.Net;
using System.Net.Sockets;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Tests.Targets.Harness;
using FastRegistry.Tests;

namespace FastRegistry.Load.Tests.Targets;

/// <summary>What scenarios rely on, whatever the target.</summary>
public sealed class TargetContractTests
{
    // The native one comes on each of its transports.
    private const string NativeOnSockets = "Native on sockets";

    public static TheoryData<string> Kinds => [.. Enum.GetNames<TargetKind>(), NativeOnSockets];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_registered_makes_the_answer_to_a_query_larger_until_it_is_deregistered(string kind)
    {
        await using TargetServer server = await StartAsync(kind);
        await using ITarget target = Target(kind);
        ITargetConnection connection = await target.ConnectAsync(server.Load, source: null, Stop);
        LoadInstance instance = TestServer.NewInstance(8080, KeyValuePair.Create("zone", "a"));
        PreparedRequest query = target.PrepareQuery("s");

        LoadResult before = await connection.SendAsync(query);
        LoadResult registered = await connection.SendAsync(target.PrepareRegister("s", instance));
        LoadResult with = await connection.SendAsync(query);
        LoadResult deregistered = await connection.SendAsync(target.PrepareDeregister("s", instance));
        LoadResult after = await connection.SendAsync(query);

        Assert.All([before, registered, with, deregistered, after], static result => Assert.True(result.IsOk, result.StatusCode));
        Assert.True(with.SizeBytes > before.SizeBytes + 10 && with.SizeBytes > after.SizeBytes, $"{before.SizeBytes}, {with.SizeBytes}, {after.SizeBytes}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_server_that_stops_fails_the_callers_and_is_one_loss(string kind)
    {
        await using TargetServer server = await StartAsync(kind);
        await using ITarget target = Target(kind);
        ITargetConnection connection = await target.ConnectAsync(server.Load, source: null, Stop);
        PreparedRequest query = target.PrepareQuery("s");
        int answered = 0;

        async Task<string> QueryUntilItFailsAsync()
        {
            while (true)
            {
                LoadResult result = await connection.SendAsync(query).ConfigureAwait(false);
                if (!result.IsOk)
                {
                    return result.StatusCode;
                }

                Interlocked.Increment(ref answered);
            }
        }

        Task<string>[] callers = [.. Enumerable.Range(0, 16).Select(_ => Task.Run(QueryUntilItFailsAsync))];
        await Eventually.TrueAsync(() => Volatile.Read(ref answered) > 200);
        Assert.Equal(1, target.Statistics.Open);
        await server.StopAsync();

        Assert.All(await Task.WhenAll(callers).WaitAsync(Eventually.Deadline, Stop), static status => Assert.NotEmpty(status));
        await Eventually.TrueAsync(() => target.Statistics.Open == 0);
        Assert.False(connection.IsOpen);
        Assert.Equal(1, target.Statistics.Losses.Total);
        Assert.Equal(LoadResult.Fail("connection lost"), await connection.SendAsync(query));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Leaving_and_aborting_are_no_losses_and_fail_what_comes_after(string kind)
    {
        await using TargetServer server = await StartAsync(kind);
        await using ITarget target = Target(kind);
        ITargetConnection leaves = await target.ConnectAsync(server.Load, source: null, Stop);
        ITargetConnection aborts = await target.ConnectAsync(server.Load, source: null, Stop);
        Assert.Equal(2, target.Statistics.Open);

        await leaves.LeaveAsync();
        aborts.Abort();

        await Eventually.TrueAsync(() => target.Statistics.Open == 0);
        Assert.Equal(0, target.Statistics.Losses.Total);
        Assert.False(leaves.IsOpen || aborts.IsOpen);
        Assert.Equal(LoadResult.Fail("connection lost"), await leaves.SendAsync(target.PrepareQuery("s")));
        Assert.Equal(LoadResult.Fail("connection lost"), await aborts.SendAsync(target.PrepareQuery("s")));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_port_that_nobody_listens_on_fails_with_the_socket_error(string kind)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        IPEndPoint nobody = (IPEndPoint)listener.LocalEndpoint;
        listener.Stop();
        await using ITarget target = Target(kind);

        TargetException fault = await Assert.ThrowsAsync<TargetException>(() => target.ConnectAsync(nobody, source: null, Stop));

        Assert.Equal("connect: ConnectionRefused", fault.Message);
        Assert.Equal(0, target.Statistics.Open);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_set_up_that_is_not_answered_can_be_cancelled_and_comes_from_the_source_address(string kind)
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        await using ITarget target = Target(kind);
        using CancellationTokenSource giveUp = new();
        Task<ITargetConnection> connecting = target.ConnectAsync((IPEndPoint)silent.LocalEndpoint, IPAddress.Parse("127.0.0.5"), giveUp.Token);
        using Socket accepted = await silent.AcceptSocketAsync(Stop);
        Assert.Equal("127.0.0.5", ((IPEndPoint)accepted.RemoteEndPoint!).Address.ToString());
        Assert.True(await accepted.ReceiveAsync(new byte[64], Stop) > 0);

        await giveUp.CancelAsync();

        TargetException given = await Assert.ThrowsAsync<TargetException>(() => connecting.WaitAsync(Eventually.Deadline, Stop));
        Assert.Equal("cancelled", given.Message);
        Assert.Equal(0, target.Statistics.Open);
        Assert.Equal(0, target.Statistics.Losses.Total);
    }

    private static Task<TargetServer> StartAsync(string kind) => TargetServer.StartAsync(kind == NativeOnSockets ? TargetKind.Native : Enum.Parse<TargetKind>(kind));

    private static ITarget Target(string kind) => kind == NativeOnSockets
        ? TargetSelection.Create(TargetKind.Native, ClientTransport.Sockets)
        : TargetSelection.Create(Enum.Parse<TargetKind>(kind));
}
