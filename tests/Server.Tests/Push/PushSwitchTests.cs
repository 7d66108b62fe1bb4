using FastRegistry.Server.Push;
using FastRegistry.Server.Tests.Control;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Wire.Messages;
using static FastRegistry.Server.Tests.Harness.NamingClient;

namespace FastRegistry.Server.Tests.Push;

public sealed class PushSwitchTests : IDisposable
{
    private readonly NodeFixture _node = new(pushWorkers: 2);
    private readonly RawClient _provider;
    private readonly RawClient _watcher;

    public PushSwitchTests()
    {
        _provider = _node.Connect();
        _watcher = _node.Connect();
        _watcher.Subscribe(1, "s");
        _watcher.Subscribe(2, "t");
        _watcher.Subscribe(3, "unchanged");
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Off_nothing_is_pushed_and_answers_are_as_new_as_ever()
    {
        _node.Node.Switch("pushEnabled", "false");
        _provider.Register("s", 1);
        _node.AdvanceSeconds(5);

        Assert.Null(_watcher.TryRead());
        Assert.Equal([1], _watcher.Query("s").Ports());
        Assert.Equal([1], _node.Connect().Subscribe(1, "s").Ports());
    }

    [Fact]
    public void On_again_each_changed_list_is_pushed_once_and_is_the_newest()
    {
        _node.Node.Switch("pushEnabled", "false");
        for (int port = 1; port <= 20; port++)
        {
            _provider.Register("s", port);
        }

        _provider.Deregister("s", 7);
        _provider.Register("t", 1);
        Assert.Equal(2, _node.Node.Push.Workers.Sum(static worker => worker.Queued));
        _node.Node.Switch("pushEnabled", "true");

        Dictionary<ulong, Snapshot> pushed = _watcher.ReadAll().ToDictionary(static push => push.CorrelationId, static push => push.Pushed);
        Assert.Equal([1UL, 2UL], pushed.Keys.Order());
        Assert.Equal([.. Enumerable.Range(1, 20).Where(static port => port != 7)], pushed[1].Ports());
        Assert.Equal((ulong)_node.Registry.Find()!.Revision, pushed[1].Revision);
        Assert.Equal([1], pushed[2].Ports());
        _provider.Register("s", 30);
        Assert.Equal(20, _watcher.Read().Pushed.Instances.Count);
    }

    [Fact]
    public void A_subscriber_that_was_behind_when_it_went_off_is_resynced_when_it_is_on()
    {
        RawClient slow = _node.Connect(capacityBytes: 16 * 1024);
        slow.Subscribe(9, "s");
        for (int port = 1; !slow.Connection.Outbound.IsBehind; port++)
        {
            Assert.True(port < 2000);
            _provider.Register("s", NewInstance(port, metadata: new string('m', 500)));
        }

        _provider.Register("s", 5000);
        _node.Node.Switch("pushEnabled", "false");
        slow.ReadAll();
        _provider.Deregister("s", 1);
        Assert.Null(slow.TryRead());
        _node.Node.Switch("pushEnabled", "true");

        ReceivedFrame last = Assert.Single(slow.ReadAll());
        Assert.Equal((ulong)_node.Registry.Find()!.Revision, last.Pushed.Revision);
        Assert.Contains(5000, last.Pushed.Ports());
        Assert.DoesNotContain(1, last.Pushed.Ports());
    }

    [Fact]
    public void Who_leaves_while_it_is_off_is_not_missed_and_gets_nothing()
    {
        _node.Node.Switch("pushEnabled", "false");
        _provider.Register("s", 1);
        Assert.True(_watcher.Unsubscribe(1));
        _provider.Close();
        _node.Node.Switch("pushEnabled", "true");

        Assert.Null(_watcher.TryRead());
        Assert.Empty(_watcher.Query("s").Instances);
    }

    [Fact]
    public async Task A_running_worker_sleeps_while_it_is_off_and_wakes_when_it_is_on()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _node.Node.Switch("pushEnabled", "false");
        _provider.Register("s", 1);
        _provider.Register("t", 1);
        Task[] running = [.. _node.Node.Push.Workers.Select(worker => worker.RunAsync(stop.Token))];

        // Another switch wakes it too; it must look again and go back to sleep.
        _node.Node.Switch("lightBeatEnabled", "false");
        _node.Node.Switch("pushEnabled", "true");
        while (Queued(_node.Node.Push) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Task.WhenAll(running);
        Assert.Equal([1UL, 2UL], _watcher.ReadAll().Select(static push => push.CorrelationId).Order());
    }

    private static int Queued(PushDispatcher push) => push.Workers.Sum(static worker => worker.Queued);
}
