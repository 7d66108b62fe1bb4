using FastRegistry.Registry.Push;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>Sessions that the node's output budget has put off go on by themselves when it has room, a few at a time, none forgotten.</summary>
public sealed class OutputBudgetTests : IDisposable
{
    private const int Watchers = 100;

    private readonly OutboundBudget _budget = new(limitBytes: 100_000);
    private readonly NodeFixture _node;
    private readonly RawClient _provider;
    private readonly RawClient _blocker;
    private readonly RawClient[] _watchers;

    public OutputBudgetTests()
    {
        _node = new NodeFixture(budget: _budget);
        _provider = _node.Connect();
        _blocker = _node.Connect(capacityBytes: 1024);
        _watchers = [.. Enumerable.Range(0, Watchers).Select(_ => _node.Connect())];
        _provider.Publish("filler", 50);
        _provider.Query("filler");
        _provider.Publish("large", 100);
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Lists_of_all_that_waited_come_when_the_budget_has_room()
    {
        Subscribe();
        UseUp();
        _provider.Register("s", 1);
        Assert.All(_watchers, static watcher => Assert.Null(watcher.TryRead()));
        _node.AdvanceSeconds(2);
        Assert.All(_watchers, static watcher => Assert.Null(watcher.TryRead()));

        _blocker.ReadAll();
        _node.AdvanceSeconds(2);
        Assert.All(_watchers, static watcher => Assert.Equal([1], Assert.Single(watcher.ReadAll()).Pushed.Ports()));
    }

    [Fact]
    public void Nobody_is_asked_again_while_the_budget_is_used_up()
    {
        Subscribe();
        UseUp();
        _provider.Register("s", 1);
        double putOff = _node.PutOff();
        Assert.Equal(Watchers, putOff);
        _node.AdvanceSeconds(10);
        Assert.Equal(putOff, _node.PutOff());
    }

    [Fact]
    public void First_lists_large_lists_and_requests_that_waited_come_too()
    {
        UseUp();
        for (int i = 0; i < Watchers; i++)
        {
            _watchers[i].WriteWithoutPump((i % 3) switch
            {
                0 => RawClient.RequestBytes(MessageType.Subscribe, 5, new SubscribeRequest { Subscriptions = { NewSubscription(1, "s") } }),
                1 => RawClient.RequestBytes(MessageType.Subscribe, 5, new SubscribeRequest { Subscriptions = { NewSubscription(1, "large") } }),
                _ => RawClient.RequestBytes(MessageType.ListServices, 5, new ListServicesRequest()),
            });
        }

        _node.Pump();
        _blocker.ReadAll();
        _node.AdvanceSeconds(2);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < Watchers; i++)
            {
                List<ReceivedFrame> frames = _watchers[i].ReadAll();
                int expected = round == 1 ? 0 : i % 3 == 2 ? 1 : 2;
                Assert.True(expected == frames.Count, $"watcher {i} round {round}: {string.Join(' ', frames.Select(static frame => frame.Header.ToString()))}");
            }
        }

        Assert.Equal(0, _budget.UsedBytes);
    }

    [Fact]
    public void They_are_woken_a_few_at_a_time()
    {
        Subscribe();
        UseUp();
        _provider.Register("s", 1);
        while (_blocker.Connection.Outbound.QueuedBytes > 0)
        {
            _blocker.Input.TryRead(out System.IO.Pipelines.ReadResult read);
            _blocker.Input.AdvanceTo(read.Buffer.End);
            _node.PumpTransports();
        }

        PushWorker worker = Assert.Single(_node.Node.Push.Workers.ToArray());
        Assert.Equal(0, worker.Queued);
        Assert.True(_node.Node.Requests.Step());
        Assert.InRange(worker.Queued, 1, Watchers - 20);
        Assert.False(_node.Node.Requests.Step());
        _node.AdvanceSeconds(2);
        Assert.All(_watchers, static watcher => Assert.Equal([1], Assert.Single(watcher.ReadAll()).Pushed.Ports()));
    }

    [Fact]
    public void Sessions_that_end_while_they_wait_are_forgotten()
    {
        Subscribe();
        UseUp();
        _provider.Register("s", 1);
        Array.ForEach(_watchers, static watcher => watcher.Close());
        _blocker.Close();
        _provider.Close();
        _node.AssertNothingHeld();
    }

    private void Subscribe() => Array.ForEach(_watchers, static watcher => watcher.Subscribe(1, "s"));

    private void UseUp()
    {
        byte[] query = RawClient.RequestBytes(MessageType.Query, 1, new QueryRequest { Name = "filler" });
        _blocker.Write([.. query, .. query, .. query]);
        Assert.True(_budget.IsExceeded);
    }
}
