using FastRegistry.Node.Configuration;
using FastRegistry.Node.Tests.Sessions;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Push;

/// <summary>When a node has warmed up, each subscriber is told that its list is complete: without the list, and not all at one moment.</summary>
public sealed class WarmUpEndTests : IDisposable
{
    private const int Services = 1000;

    private readonly NodeFixture _node = new(new LimitOptions(), new DeadlineOptions { WarmUp = TimeSpan.FromSeconds(15) });
    private readonly RawClient _provider;
    private readonly RawClient _watcher;

    public WarmUpEndTests()
    {
        _provider = _node.Connect();
        _watcher = _node.Connect();
        for (int i = 1; i <= Services; i++)
        {
            _provider.Register($"s{i}", i);
        }

        Assert.Empty(_watcher.TrySubscribe([.. Enumerable.Range(1, Services).Select(static i => NewSubscription((ulong)i, $"s{i}"))]).Refused);
        Assert.All(_watcher.ReadAll(), static push => Assert.True(push.Pushed.Provisional));
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_thousand_unchanged_lists_are_confirmed_over_about_three_seconds()
    {
        Advance(14.9);
        Assert.DoesNotContain(_watcher.ReadAll(), static frame => frame.Kind == FrameKind.Push);
        List<int> perTenth = [];
        HashSet<ulong> told = [];
        while (told.Count < Services)
        {
            Assert.True(perTenth.Count < 50, $"only {told.Count} were told");
            Advance(0.1);
            ReceivedFrame[] pushes = [.. _watcher.ReadAll().Where(static frame => frame.Kind == FrameKind.Push)];
            perTenth.Add(pushes.Length);
            Assert.All(pushes, push => Assert.True(told.Add(push.CorrelationId)));
            Assert.All(pushes, static push => Assert.Equal((false, EmptyReason.NotEmpty), (push.PushedUnchanged.Provisional, push.PushedUnchanged.EmptyReason)));
        }

        Assert.InRange(perTenth.Count, 25, 35);
        Assert.InRange(perTenth.Max(), 1, 80);
        Advance(10);
        Assert.DoesNotContain(_watcher.ReadAll(), static frame => frame.Kind == FrameKind.Push);
    }

    [Fact]
    public void Who_has_the_complete_list_already_is_told_nothing()
    {
        Advance(15.2);
        _watcher.ReadAll();
        RawClient late = _node.Connect();
        Assert.False(late.Subscribe(1, "s900").Provisional);
        Advance(5);
        Assert.DoesNotContain(late.ReadAll(), static frame => frame.Kind == FrameKind.Push);
    }

    [Fact]
    public void A_list_that_changes_after_warm_up_comes_whole_before_it_was_confirmed_and_as_a_delta_after()
    {
        ulong[] ids = [.. Enumerable.Range(5000, 20).Select(static id => (ulong)id)];
        foreach (ulong id in ids)
        {
            _provider.Publish($"big{id}", 20, bytesEach: 100);
            Assert.True(_watcher.Subscribe(id, $"big{id}").Provisional);
        }

        Advance(14.9);
        Advance(0.2);

        // One that was not among the first to be confirmed.
        ulong late = ids.Except(_watcher.ReadAll().Select(static frame => frame.CorrelationId)).First();
        string service = $"big{late}";
        Assert.False(_watcher.Query(service).Provisional);
        _provider.Register(service, 9001);
        ReceivedFrame[] pushes = [.. _watcher.ReadAll().Where(frame => frame.CorrelationId == late)];
        Snapshot whole = Assert.Single(pushes).Pushed;
        Assert.False(whole.Provisional);
        Assert.Equal(21, whole.Instances.Count);
        Advance(5);
        Assert.DoesNotContain(_watcher.ReadAll(), frame => frame.CorrelationId == late);
        _provider.Register(service, 9002);
        Assert.Single(_watcher.ReadPush(late).PushedDelta.Upserted);
    }

    [Fact]
    public void A_held_list_that_was_confirmed_as_provisional_is_confirmed_as_complete_then()
    {
        RawClient resumed = _node.Connect();
        resumed.Subscribe(1, "s7", _watcher.Query("s7").Hold());
        Assert.True(resumed.ReadPush(1).PushedUnchanged.Provisional);
        for (int i = 0; i < 190; i++)
        {
            Advance(0.1);
            resumed.Ping(1);
        }

        Assert.False(resumed.ReadAll().Single(static frame => frame.Kind == FrameKind.Push).PushedUnchanged.Provisional);
    }

    private void Advance(double seconds)
    {
        for (; seconds > 0; seconds -= 5)
        {
            _provider.Ping(1);
            _watcher.Ping(1);
            _node.AdvanceSeconds(Math.Min(5, seconds));
        }
    }
}
