using System.Net.Sockets;
using FastRegistry.Node.Configuration;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Server.Tests.Hosting;

public sealed class StopTests
{
    [Fact]
    public void A_stop_tells_everybody_and_ends_as_soon_as_they_have_left()
    {
        using NodeFixture node = new(deadlines: new DeadlineOptions { WarmUp = TimeSpan.Zero, GoAwaySpread = TimeSpan.Zero });
        RawClient[] clients = [.. Enumerable.Range(0, 5).Select(_ => node.Connect())];
        Task stopping = node.Node.StopAsync(TestContext.Current.CancellationToken);
        node.AdvanceSeconds(1);
        Assert.False(stopping.IsCompleted);
        foreach (RawClient client in clients)
        {
            Assert.Equal((uint)GoAwayReason.Stopping, client.Read().GoAway.Reason);

            // Served until it leaves.
            client.Query("s");
            client.Close();
        }

        AdvanceUntil(node, stopping, seconds: 1);
    }

    [Fact]
    public void A_stop_waits_no_longer_than_the_drain_deadline()
    {
        using NodeFixture node = new(deadlines: new DeadlineOptions { WarmUp = TimeSpan.Zero, GoAwaySpread = TimeSpan.Zero });
        RawClient client = node.Connect();
        Task stopping = node.Node.StopAsync(TestContext.Current.CancellationToken);
        for (int i = 0; i < 9; i++)
        {
            client.Ping(1);
            node.AdvanceSeconds(1);
        }

        Assert.False(stopping.IsCompleted);
        AdvanceUntil(node, stopping, seconds: 5);
        Assert.True(client.IsCutOff);
    }

    [Fact]
    public async Task The_listener_is_closed_before_clients_are_told_and_disposal_may_come_twice()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        System.Net.IPEndPoint address = node.Host.Node.ClientEndPoint!;
        await node.Host.Node.StopAsync(TestContext.Current.CancellationToken);
        using TcpClient late = new();
        await Assert.ThrowsAsync<SocketException>(async () => await late.ConnectAsync(address, TestContext.Current.CancellationToken));
        await node.Host.Node.DisposeAsync();
        await node.Host.Node.DisposeAsync();
        await node.Host.DisposeAsync();
    }

    private static void AdvanceUntil(NodeFixture node, Task task, int seconds)
    {
        // The stop goes on on pool threads between two moves of the clock.
        for (int i = 0; i < seconds * 100 && !task.IsCompleted; i++)
        {
            node.Advance(TimeSpan.FromMilliseconds(10));
            task.Wait(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
        }

        Assert.True(task.IsCompletedSuccessfully, $"the stop has not ended: {task.Status}");
    }
}
