using FastRegistry.Node.Configuration;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>A peer that reads sees a goaway before every close by the node. Those of the output are with it (<see cref="OutputTests"/>), those of frames with bad input.</summary>
public sealed class GoAwayTests
{
    private static readonly DeadlineOptions Deadlines = new() { WarmUp = TimeSpan.Zero, GoAwaySpread = TimeSpan.Zero };

    private static readonly Dictionary<GoAwayReason, Func<NodeFixture, RawClient>> Ends = new()
    {
        [GoAwayReason.SetupTimeout] = static node =>
        {
            RawClient client = node.ConnectBare();
            client.Write(RawClient.PrefaceBytes());
            node.AdvanceSeconds(5.2);
            return client;
        },
        [GoAwayReason.FrameTimeout] = static node =>
        {
            RawClient client = node.Connect();
            client.Write([1, 2, 3]);
            node.AdvanceSeconds(10.2);
            return client;
        },
        [GoAwayReason.IdleTimeout] = static node =>
        {
            RawClient client = node.Connect();
            node.AdvanceSeconds(20.2);
            Assert.Equal(FrameKind.Probe, client.Read().Kind);
            node.AdvanceSeconds(5.2);
            return client;
        },
        [GoAwayReason.Superseded] = static node =>
        {
            byte[] id = RawClient.NewInstanceId();
            RawClient client = node.Connect(id);
            node.Connect(id);
            return client;
        },
        [GoAwayReason.LimitExceeded] = static node =>
        {
            node.Connect();
            node.Connect();
            node.Connect();
            return node.ConnectBare();
        },
        [GoAwayReason.MissingCapability] = static node =>
        {
            RawClient client = node.ConnectBare();
            SetupRequest setup = RawClient.NewSetup();
            setup.RequiredCapabilities = 1UL << 63;
            client.Write([.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 1, setup)]);
            return client;
        },
        [GoAwayReason.SetupRequired] = static node =>
        {
            RawClient client = node.ConnectBare();
            client.Write([.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.ListServices, 1, new ListServicesRequest())]);
            return client;
        },
        [GoAwayReason.ProtocolViolation] = static node =>
        {
            RawClient client = node.Connect();
            client.Request(MessageType.Setup, RawClient.NewSetup());
            return client;
        },
        [GoAwayReason.FrameTooLarge] = static node =>
        {
            RawClient client = node.Connect();
            client.WriteFrame(new FrameHeader(WireLimits.MaximumBodyBytes + 1, FrameKind.Request, FrameFlags.None, MessageType.Register, 1));
            return client;
        },
        [GoAwayReason.BadPreface] = static node =>
        {
            RawClient client = node.ConnectBare();
            client.Write("GET / HTTP/1.1\r\n\r\n"u8);
            return client;
        },
        [GoAwayReason.Move] = static node =>
        {
            RawClient client = node.Connect();
            Assert.True(client.Session.TryAskToMove(GoAwayReason.Move, "balance", ["10.0.0.1:8848"]));
            node.Pump();
            node.AdvanceSeconds(2.2);
            return client;
        },
    };

    public static TheoryData<GoAwayReason> Reasons => [.. Ends.Keys];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void A_goaway_with_the_reason_comes_before_the_end(GoAwayReason reason)
    {
        using NodeFixture node = new(new LimitOptions { Connections = 3 }, Deadlines);
        RawClient client = Ends[reason](node);
        GoAway goAway = client.ReadGoAway(reason);
        Assert.NotEmpty(goAway.Text);
        Assert.Null(client.TryRead());
        Assert.True(client.SeesEnd);
        Assert.Equal(reason, client.Connection.CloseReason?.GoAway);
    }

    [Fact]
    public async Task A_stopping_node_says_so_to_every_client()
    {
        using NodeFixture node = new(deadlines: Deadlines);
        RawClient[] clients = [.. Enumerable.Range(0, 20).Select(_ => node.Connect())];
        Task stopping = node.Node.StopAsync(TestContext.Current.CancellationToken);
        node.AdvanceSeconds(0.5);
        foreach (RawClient client in clients)
        {
            client.ReadGoAway(GoAwayReason.Stopping);
            client.Close();
        }

        node.AdvanceSeconds(1);
        await stopping;
    }

    [Fact]
    public async Task Clients_that_stay_on_a_stopping_node_have_been_told_before_they_are_cut_off()
    {
        using NodeFixture node = new(deadlines: Deadlines);
        RawClient client = node.Connect();
        Task stopping = node.Node.StopAsync(TestContext.Current.CancellationToken);
        for (int i = 0; i < 200 && !stopping.IsCompleted; i++)
        {
            node.AdvanceSeconds(0.1);
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await stopping;
        client.ReadGoAway(GoAwayReason.Stopping);
    }
}
