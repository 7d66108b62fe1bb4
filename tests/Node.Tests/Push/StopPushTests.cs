using FastRegistry.Node.Configuration;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Tests.Push;

public sealed class StopPushTests
{
    [Fact]
    [ProtocolRule("G-2")]
    public async Task Clients_that_leave_a_stopping_node_empty_nobodys_list()
    {
        using NodeFixture node = new(deadlines: new DeadlineOptions { WarmUp = TimeSpan.Zero, GoAwaySpread = TimeSpan.Zero });
        RawClient provider = node.Connect();
        provider.Register("s", 1);
        RawClient consumer = node.Connect();
        consumer.Subscribe(1, "s");

        Task stopping = node.Node.StopAsync(TestContext.Current.CancellationToken);
        node.AdvanceSeconds(0.1);
        provider.Close();
        node.AdvanceSeconds(0.5);

        Assert.All(consumer.ReadAll(), static frame => Assert.Equal(FrameKind.GoAway, frame.Kind));
        consumer.Close();
        node.AdvanceSeconds(1);
        await stopping;
    }
}
