using FastRegistry.Registry.Push;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Push;

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
    public void A_few_changes_in_the_same_moment_each_go_at_once()
    {
        for (int i = 1; i <= MergeWindow.AllowedAtOnce; i++)
        {
            Change();
            Assert.Equal(i, _watcher.Read().Pushed.Instances.Count);
        }
    }

    [Fact]
    public void A_change_beyond_what_may_go_at_once_waits_for_the_shortest_window()
    {
        UseUpWhatMayGoAtOnce();
        Change();
        Assert.Null(_watcher.TryRead());
        Assert.Equal(1, Merging);
        _node.AdvanceMilliseconds(9);
        Assert.Null(_watcher.TryRead());
        _node.AdvanceMilliseconds(1 + SlackMilliseconds);
        Assert.Equal(_port, _watcher.Read().Pushed.Instances.Count);
        Assert.Equal(0, Merging);
    }

    [Fact]
    public void Ninety_changes_a_second_never_wait()
    {
        for (int i = 0; i < 500; i++)
        {
            Change();
            Assert.NotNull(_watcher.TryRead());
            _node.AdvanceMilliseconds(11);
        }
    }

    [Fact]
    public void A_publisher_of_fifty_a_second_that_stumbles_never_has_a_change_wait()
    {
        // Two changes in the same millisecond, a gap, three in a row: on average still one in 20 ms.
        for (int i = 0; i < 100; i++)
        {
            foreach (int pause in (int[])[0, 40, 0, 0, 60])
            {
                Change();
                Assert.NotNull(_watcher.TryRead());
                _node.AdvanceMilliseconds(pause);
            }
        }
    }

    [Fact]
    public void A_service_that_waits_when_pushes_are_switched_off_is_pushed_once_when_they_are_on_again()
    {
        UseUpWhatMayGoAtOnce();
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

        Assert.Equal(_port, _watcher.Read().Pushed.Instances.Count);
        Assert.Null(_watcher.TryRead());
        Assert.Equal(0, Merging);
    }

    [Fact]
    [ProtocolRule("S-15")]
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

        Assert.Equal(Enumerable.Range(0, MergeWindow.AllowedAtOnce), pushedAt.Take(MergeWindow.AllowedAtOnce));
        pushedAt.RemoveRange(0, MergeWindow.AllowedAtOnce - 1);
        Assert.InRange(pushedAt.Count, 8, 20);
        int[] gaps = [.. pushedAt.Zip(pushedAt.Skip(1), static (left, right) => right - left).Skip(1)];
        Assert.All(gaps, static gap => Assert.InRange(gap, 10, 500 + SlackMilliseconds));
        Assert.All(gaps.Take(6).Zip(gaps.Skip(1)), static pair => Assert.True(pair.Second > pair.First, $"{pair}"));
        Assert.True(gaps[^2] >= 500);

        void Look()
        {
            while (_watcher.TryRead() is { } push)
            {
                pushedAt.Add(now);
                foreach (int port in push.ChangedPorts().Where(changedAt.ContainsKey).ToArray())
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
        UseUpWhatMayGoAtOnce();
        Change();
        Assert.Null(_watcher.TryRead());
        _node.AdvanceMilliseconds(10 + SlackMilliseconds);
        Assert.NotNull(_watcher.TryRead());
    }

    [Theory]
    [InlineData(200)]
    [InlineData(125)]
    [InlineData(50)]
    [InlineData(20)]
    public void After_a_storm_the_window_shrinks_although_changes_go_on_at_a_rate_that_needs_none(int everyMilliseconds)
    {
        // At 125 ms each longest window merges four changes, and at 20 ms twenty-five: worth it in a storm, and no storm.
        Storm(3000);
        for (int passed = 0; passed < 4000; passed += everyMilliseconds)
        {
            Change();
            _node.AdvanceMilliseconds(everyMilliseconds);
        }

        _watcher.ReadAll();
        for (int i = 0; i < 20; i++)
        {
            Change();
            Assert.NotNull(_watcher.TryRead());
            _node.AdvanceMilliseconds(everyMilliseconds);
        }
    }

    [Theory]
    [ProtocolRule("S-15")]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(9)]
    [InlineData(15)]
    public void No_pattern_of_changes_makes_more_pushes_in_a_second_than_one_per_shortest_window_and_those_allowed_at_once(int seed)
    {
        Random random = new(seed);
        Queue<int> lastSecond = new();
        int most = 0;
        for (int now = 0; now < 6000; now++)
        {
            // Storms of every strength, and pauses in which what is allowed at once comes back.
            if (random.Next(20) < seed && now % 700 < 600)
            {
                Change();
            }

            while (_watcher.TryRead() is not null)
            {
                lastSecond.Enqueue(now);
            }

            while (lastSecond.TryPeek(out int oldest) && oldest <= now - 1000)
            {
                lastSecond.Dequeue();
            }

            most = Math.Max(most, lastSecond.Count);
            _node.AdvanceMilliseconds(1);
        }

        Assert.InRange(most, MergeWindow.AllowedAtOnce, MergeWindow.AllowedAtOnce + 100);
    }

    [Fact]
    public void A_storm_that_goes_on_makes_two_pushes_a_second()
    {
        Storm(3000);
        _watcher.ReadAll();
        int pushes = 0;
        for (int i = 0; i < 5000; i++)
        {
            Change();
            _node.AdvanceMilliseconds(1);
            pushes += _watcher.TryRead() is null ? 0 : 1;
        }

        Assert.InRange(pushes, 9, 10);
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
            Assert.Contains(port, watcher.Read().ChangedPorts());
            Assert.Null(watcher.TryRead());
        }
    }

    private int Merging => _node.Node.Push.Workers.Sum(static worker => worker.Merging);

    private void UseUpWhatMayGoAtOnce()
    {
        for (int i = 0; i < MergeWindow.AllowedAtOnce; i++)
        {
            Change();
            Assert.NotNull(_watcher.TryRead());
        }
    }

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
