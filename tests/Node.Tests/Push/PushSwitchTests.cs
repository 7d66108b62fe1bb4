using FastRegistry.Registry.Push;
using FastRegistry.Tests;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Push;

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
        for (int port = 1; !slow.Connection.Outbound.IsAboveHighWaterMark; port++)
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

        SnapshotDelta last = Assert.Single(slow.ReadAll()).PushedDelta;
        Assert.Equal((ulong)_node.Registry.Find()!.Revision, last.Revision);
        Assert.Contains(5000u, last.Upserted.Select(static instance => instance.Port));
        Assert.Equal(1u, Assert.Single(last.Removed).Port);
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
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        _node.Node.Switch("pushEnabled", "false");
        _provider.Register("s", 1);
        _provider.Register("t", 1);
        Task[] running = [.. _node.Node.Push.Workers.Select(worker => worker.RunAsync(stop.Token))];

        // Another switch wakes it too; it must look again and go back to sleep.
        _node.Node.Switch("lightBeatEnabled", "false");
        Assert.Equal(2, Queued(_node.Node.Push));
        _node.Node.Switch("pushEnabled", "true");
        while (Queued(_node.Node.Push) > 0)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Task.WhenAll(running);
        Assert.Equal([1UL, 2UL], _watcher.ReadAll().Select(static push => push.CorrelationId).Order());
    }

    [Fact]
    public void Marks_of_services_that_nobody_watches_any_more_do_not_pile_up()
    {
        _node.Node.Switch("pushEnabled", "false");
        _provider.Register("s", 1);
        for (int i = 0; i < 3_000; i++)
        {
            _watcher.Subscribe(100, $"short-lived-{i}");
            _provider.Register($"short-lived-{i}", 1);
            _provider.Deregister($"short-lived-{i}", 1);
            Assert.True(_watcher.Unsubscribe(100));
        }

        Assert.InRange(Queued(_node.Node.Push), 1, 2 * 1024);
        _node.Node.Switch("pushEnabled", "true");
        Assert.Equal(1UL, Assert.Single(_watcher.ReadAll()).CorrelationId);
        Assert.Equal(0, Queued(_node.Node.Push));
    }

    [Fact]
    public void However_many_services_change_while_it_is_off_none_is_forgotten_and_none_pushed_twice()
    {
        const int Services = 3_000;
        for (int i = 0; i < Services; i++)
        {
            _watcher.Subscribe((ulong)(100 + i), $"watched-{i}");
        }

        _node.Node.Switch("pushEnabled", "false");
        for (int round = 1; round <= 2; round++)
        {
            for (int i = 0; i < Services; i++)
            {
                _provider.Register($"watched-{i}", round);
            }
        }

        Assert.Equal(Services, Queued(_node.Node.Push));
        _node.Node.Switch("pushEnabled", "true");
        List<ReceivedFrame> pushes = _watcher.ReadAll();
        Assert.Equal(Enumerable.Range(100, Services).Select(static id => (ulong)id), pushes.Select(static push => push.CorrelationId).Order());
        Assert.All(pushes, static push => Assert.Equal([1, 2], push.Pushed.Ports()));
    }

    [Fact]
    public void A_subscriber_that_comes_back_to_a_service_while_it_is_off_is_told_of_later_changes()
    {
        _node.Node.Switch("pushEnabled", "false");
        _provider.Register("s", 1);
        Assert.True(_watcher.Unsubscribe(1));
        Assert.Equal([1], _watcher.Subscribe(5, "s").Ports());
        _provider.Register("s", 2);
        _node.Node.Switch("pushEnabled", "true");

        ReceivedFrame push = Assert.Single(_watcher.ReadAll());
        Assert.Equal(5UL, push.CorrelationId);
        Assert.Equal([1, 2], push.Pushed.Ports());
    }

    private static int Queued(PushDispatcher push) => push.Workers.Sum(static worker => worker.Queued);
}
