using FastRegistry.Server.Configuration;
using FastRegistry.Server.Tests.Control;
using FastRegistry.Server.Tests.Harness;

namespace FastRegistry.Server.Tests.Push;

public sealed class MergeWindowTests : IDisposable
{
    // The wheel's slots of 10 ms, and the millisecond it works in.
    private const int SlackMilliseconds = 11;

    private readonly NodeFixture _node = new(push: new PushOptions());
    private readonly RawClient _provider;
    private readonly RawClient _watcher;
    private int _port;

    public MergeWindowTests()
    {
        _provider = _node.Connect();
        _watcher = _node.Connect();
        _watcher.Subscribe(1, "s");
        _node.AdvanceSeconds(1);
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void One_change_a_second_always_goes_at_once()
    {
        for (int second = 0; second < 20; second++)
        {
            Change();
            Assert.NotNull(_watcher.TryRead());
            _node.AdvanceSeconds(1);
        }
    }

    [Fact]
    public void The_second_of_two_changes_waits_for_the_shortest_window()
    {
        Change();
        Assert.NotNull(_watcher.TryRead());
        Change();
        Assert.Null(_watcher.TryRead());
        Assert.Equal(1, Merging);
        _node.AdvanceMilliseconds(9);
        Assert.Null(_watcher.TryRead());
        _node.AdvanceMilliseconds(1 + SlackMilliseconds);
        Assert.Equal(2, _watcher.Read().Pushed.Instances.Count);
        Assert.Equal(0, Merging);
    }

    [Fact]
    public void A_service_that_waits_when_pushes_are_switched_off_is_pushed_once_when_they_are_on_again()
    {
        Change();
        Assert.NotNull(_watcher.TryRead());
        Change();
        Assert.Equal(1, Merging);
        _node.Node.Switch("pushEnabled", "false");
        Change();
        _node.AdvanceSeconds(2);
        Assert.Null(_watcher.TryRead());

        // Nothing wakes a worker that may not push.
        Assert.False(_node.Node.Push.Workers[0].Step());
        _node.Node.Switch("pushEnabled", "true");
        _node.AdvanceMilliseconds(1);

        Assert.Equal(3, _watcher.Read().Pushed.Instances.Count);
        Assert.Null(_watcher.TryRead());
        Assert.Equal(0, Merging);
    }

    [Fact]
    public void A_storm_is_merged_into_fewer_and_fewer_pushes_and_no_change_waits_longer_than_the_longest_window()
    {
        Dictionary<int, int> changedAt = [];
        List<int> pushedAt = [];
        int now = 0;
        for (; now < 4000; now++)
        {
            Change();
            changedAt.Add(_port, now);
            Look();
            _node.AdvanceMilliseconds(1);
        }

        for (; changedAt.Count > 0; now++)
        {
            Look();
            _node.AdvanceMilliseconds(1);
        }

        Assert.Equal(0, pushedAt[0]);
        Assert.InRange(pushedAt.Count, 8, 20);
        int[] gaps = [.. pushedAt.Zip(pushedAt.Skip(1), static (left, right) => right - left)];
        Assert.All(gaps, static gap => Assert.InRange(gap, 10, 500 + SlackMilliseconds));
        Assert.All(gaps.Take(6).Zip(gaps.Skip(1)), static pair => Assert.True(pair.Second > pair.First, $"{pair}"));
        Assert.True(gaps[^2] >= 500);

        void Look()
        {
            while (_watcher.TryRead() is { } push)
            {
                pushedAt.Add(now);
                foreach (int port in push.Pushed.Ports().Where(changedAt.ContainsKey).ToArray())
                {
                    Assert.InRange(now - changedAt[port], 0, 500 + SlackMilliseconds);
                    changedAt.Remove(port);
                }
            }
        }
    }

    [Fact]
    public void After_quiet_a_change_goes_at_once_and_the_window_is_short_again()
    {
        Storm(2000);
        _node.AdvanceSeconds(2);
        _watcher.ReadAll();
        Change();
        Assert.NotNull(_watcher.TryRead());
        Change();
        _node.AdvanceMilliseconds(10 + SlackMilliseconds);
        Assert.NotNull(_watcher.TryRead());
    }

    [Fact]
    public void A_window_that_merges_little_shrinks_while_changes_go_on()
    {
        // The storm is over but one change comes every 200 ms: within the longest window, and no reason for it.
        Storm(3000);
        for (int i = 0; i < 20; i++)
        {
            Change();
            _node.AdvanceMilliseconds(200);
        }

        _watcher.ReadAll();
        for (int i = 0; i < 10; i++)
        {
            Change();
            Assert.NotNull(_watcher.TryRead());
            _node.AdvanceMilliseconds(200);
        }
    }

    [Fact]
    public void Services_do_not_wait_for_each_other()
    {
        Storm(1000);
        _watcher.Subscribe(2, "t");
        _watcher.ReadAll();
        Change("t");
        Assert.Equal(2UL, _watcher.Read().CorrelationId);
    }

    [Fact]
    public void A_service_whose_subscribers_leave_while_it_waits_is_let_go()
    {
        Storm(100);
        Assert.Equal(1, Merging);
        _watcher.Unsubscribe(1);
        _node.AdvanceMilliseconds(600);
        Assert.Equal(0, Merging);
        _watcher.ReadAll();
        _watcher.Subscribe(1, "s");
        Change();
        Assert.NotNull(_watcher.TryRead());
    }

    [Fact]
    public void A_maximum_of_zero_pushes_every_change_at_once()
    {
        using NodeFixture node = new(push: new PushOptions { MergeWindowMaximum = TimeSpan.Zero });
        RawClient provider = node.Connect();
        RawClient watcher = node.Connect();
        watcher.Subscribe(1, "s");
        for (int port = 1; port <= 50; port++)
        {
            provider.Register("s", port);
            Assert.Equal(port, watcher.Read().Pushed.Instances.Count);
        }
    }

    private int Merging => _node.Node.Push.Workers.Sum(static worker => worker.Merging);

    private void Change(string service = "s") => _provider.Register(service, ++_port);

    private void Storm(int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            Change();
            _node.AdvanceMilliseconds(1);
        }
    }
}
