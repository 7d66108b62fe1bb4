using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Tests;

namespace FastRegistry.Registry.Tests.Events;

public sealed class EventHubTests : IDisposable
{
    private readonly VirtualTimeProvider _time = new();
    private readonly TestLog _log = new();
    private readonly EventHub _hub;

    public EventHubTests() => _hub = new EventHub(_time, _log);

    public void Dispose() => _hub.Dispose();

    [Fact]
    public void An_observer_hears_nothing_on_the_publishers_thread()
    {
        RecordingObserver observer = Add(new RecordingObserver(static _ => true));
        Publish(1);
        Assert.Empty(observer.Heard);
        Pump();
        Assert.Equal(["s1"], Names(observer));
    }

    [Fact]
    public void A_full_queue_drops_the_newest_when_it_says_so()
    {
        RecordingObserver observer = Add(new RecordingObserver(static _ => true, new ObserverQueueOptions(16, OverflowPolicy.DropNewest)));
        Publish(20);
        Pump();
        Assert.Equal(Enumerable.Range(1, 16).Select(static i => $"s{i}"), Names(observer));
        AssertAddsUp(_hub.Queues[0], published: 20, delivered: 16);
    }

    [Fact]
    public void A_full_queue_drops_the_oldest_when_it_says_so()
    {
        RecordingObserver observer = Add(new RecordingObserver(static _ => true, new ObserverQueueOptions(16, OverflowPolicy.DropOldest)));
        Publish(20);
        AssertAddsUp(_hub.Queues[0], published: 20, delivered: 0);
        Pump();
        Assert.Equal(Enumerable.Range(5, 16).Select(static i => $"s{i}"), Names(observer));
        AssertAddsUp(_hub.Queues[0], published: 20, delivered: 16);
    }

    [Fact]
    public void Dropping_the_oldest_of_one_type_keeps_the_order_of_all()
    {
        RecordingObserver observer = Add(new RecordingObserver(static _ => true, new ObserverQueueOptions(3, OverflowPolicy.DropOldest)));
        _hub.Publish(new ServiceCreated(Make.Key("a")));
        _hub.Publish(new ServiceDisappeared(Make.Key("b")));
        _hub.Publish(new ServiceCreated(Make.Key("c")));
        _hub.Publish(new ServiceDisappeared(Make.Key("d")));
        _hub.Publish(new ServiceDisappeared(Make.Key("e")));
        Pump();
        Assert.Equal(["ServiceCreated c", "ServiceDisappeared d", "ServiceDisappeared e"], observer.Heard.Select(static heard => $"{heard.Kind} {heard.Service!.Name}"));
    }

    [Fact]
    public void A_full_queue_costs_other_observers_nothing()
    {
        Add(new RecordingObserver(static _ => true, new ObserverQueueOptions(1, OverflowPolicy.DropNewest), "small"));
        RecordingObserver large = Add(new RecordingObserver(static _ => true, name: "large"));
        Publish(10);
        Pump();
        Assert.Equal(10, large.Heard.Count);
        AssertAddsUp(_hub.Queues[0], published: 10, delivered: 1);
        AssertAddsUp(_hub.Queues[1], published: 10, delivered: 10);
    }

    [Fact]
    public void An_observer_that_throws_is_counted_and_logged_less_and_less_and_stops_nobody()
    {
        RecordingObserver broken = Add(new RecordingObserver(static _ => true, name: "broken") { At = static _ => throw new InvalidOperationException("broken") });
        RecordingObserver other = Add(new RecordingObserver(static _ => true, name: "other"));
        Publish(9);
        Pump();

        Assert.Empty(broken.Heard);
        Assert.Equal(9, _hub.Queues[0].Faults);
        AssertAddsUp(_hub.Queues[0], published: 9, delivered: 9);
        Assert.Equal(9, other.Heard.Count);
        Assert.Equal(0, _hub.Queues[1].Faults);

        // The 1st, 2nd, 4th and 8th.
        Assert.Equal(4, _log.Lines.Count);
        Assert.All(_log.Lines, static line => Assert.Contains("broken", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Only_selected_types_are_published_and_counted()
    {
        RecordingObserver observer = Add(new RecordingObserver(static kind => kind == EventKind.ServiceDisappeared));
        Publish(3);
        _hub.Publish(new ServiceDisappeared(Make.Key("gone")));
        Pump();
        Assert.Equal(["gone"], Names(observer));
        Assert.Equal(0, _hub.Published(EventKind.ServiceCreated));
        Assert.Equal(1, _hub.Published(EventKind.ServiceDisappeared));
        Assert.False(_hub.Wants(EventKind.ServiceCreated));
    }

    [Fact]
    public void Observers_without_a_queue_share_one()
    {
        SharingObserver first = new("first");
        SharingObserver second = new("second");
        _hub.Add(first);
        _hub.Add(second);
        Publish(2);
        Pump();
        Assert.Equal("shared", Assert.Single(_hub.Queues).Name);
        Assert.Equal(["s1", "s2"], first.Heard.Select(static heard => heard.Service.Name));
        Assert.Equal(["s1", "s2"], second.Heard.Select(static heard => heard.Service.Name));
    }

    [Theory]
    [InlineData(nameof(OverflowPolicy.DropNewest))]
    [InlineData(nameof(OverflowPolicy.DropOldest))]
    public async Task Racing_publishers_keep_their_own_order_and_every_event_is_delivered_or_dropped(string overflow)
    {
        const int Publishers = 4;
        const int EventsEach = 20_000;
        RecordingObserver observer = Add(new RecordingObserver(static _ => true, new ObserverQueueOptions(64, Enum.Parse<OverflowPolicy>(overflow))));
        ServiceKey[] keys = [.. Enumerable.Range(0, Publishers).Select(static i => Make.Key($"s{i}"))];
        Task[] publishing = [.. keys.Select(key => Task.Run(() => PublishRevisions(key, EventsEach), TestContext.Current.CancellationToken))];
        Task all = Task.WhenAll(publishing);
        while (!all.IsCompleted)
        {
            Pump();
        }

        await all;
        Pump();
        AssertAddsUp(_hub.Queues[0], Publishers * EventsEach, observer.Heard.Count);
        foreach (IGrouping<ServiceKey, EventDescription> own in observer.Heard.GroupBy(static heard => heard.Service!))
        {
            long[] revisions = [.. own.Select(static heard => heard.Revision)];
            Assert.Equal(revisions.Order(), revisions);
            Assert.Equal(revisions.Length, revisions.Distinct().Count());
        }
    }

    [Fact]
    public async Task A_stop_hands_over_what_waits()
    {
        RecordingObserver observer = Add(new RecordingObserver(static _ => true));
        Publish(1000);
        _hub.Start();
        await _hub.StopAsync();
        Assert.Equal(1000, observer.Heard.Count);
    }

    [Fact]
    public async Task What_is_published_after_the_stop_is_dropped_and_counted()
    {
        Add(new RecordingObserver(static _ => true));
        _hub.Start();
        await _hub.StopAsync();
        Publish(3);
        Assert.Equal(3, _hub.Queues[0].Dropped);
    }

    [Fact]
    public async Task An_observer_that_is_stuck_holds_up_a_stop_for_two_seconds_and_no_other_observer()
    {
        using ManualResetEventSlim entered = new();
        using ManualResetEventSlim release = new();
        Add(new RecordingObserver(static _ => true, name: "stuck")
        {
            At = _ =>
            {
                entered.Set();
                release.Wait();
            },
        });
        RecordingObserver other = Add(new RecordingObserver(static _ => true, name: "other"));
        Publish(5);
        _hub.Start();
        Assert.True(entered.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.True(SpinWait.SpinUntil(() => other.Heard.Count == 5, TimeSpan.FromSeconds(30)));
        Task stopping = _hub.StopAsync();
        Assert.False(stopping.IsCompleted);

        // Its timer is armed a moment after the call returned.
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(2.1));
                return stopping.IsCompleted;
            },
            TimeSpan.FromSeconds(30)));
        await stopping;
        release.Set();
        Assert.Contains("4 events were not handed to observer stuck", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    private RecordingObserver Add(RecordingObserver observer)
    {
        _hub.Add(observer);
        return observer;
    }

    private void Publish(int events)
    {
        for (int i = 1; i <= events; i++)
        {
            _hub.Publish(new ServiceCreated(Make.Key($"s{i}")));
        }
    }

    private void PublishRevisions(ServiceKey key, int events)
    {
        for (int i = 1; i <= events; i++)
        {
            // Two types in turn: the order holds across types.
            if (i % 2 == 0)
            {
                _hub.Publish(new ServiceChanged(key, i, Instances: 1));
            }
            else
            {
                _hub.Publish(new PushSent(key, Session: 1, SubscriptionId: 1, i));
            }
        }
    }

    private void Pump()
    {
        foreach (ObserverQueue queue in _hub.Queues)
        {
            while (queue.Step())
            {
            }
        }
    }

    private static string[] Names(RecordingObserver observer) => [.. observer.Heard.Select(static heard => heard.Service!.Name)];

    private static void AssertAddsUp(ObserverQueue queue, long published, long delivered)
    {
        Assert.Equal(delivered, queue.Delivered);
        Assert.Equal(published, queue.Delivered + queue.Dropped + queue.Queued);
    }
}
