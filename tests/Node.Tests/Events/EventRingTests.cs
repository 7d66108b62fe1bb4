using FastRegistry.Registry.Events;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Events;

public sealed class EventRingTests
{
    [Fact]
    public void Only_the_last_events_are_kept_the_newest_first()
    {
        using NodeFixture node = new(events: new EventOptions { Kept = 5 });
        RawClient client = node.Connect();
        for (int port = 1; port <= 20; port++)
        {
            client.Register("s", port);
        }

        IReadOnlyList<KeptEvent> kept = node.Node.EventRing!.Find(new EventFilter());
        Assert.Equal([20, 19, 18, 17, 16], kept.Select(static one => one.Event.Instance!.Value.Port));

        // One more for the connection, one for the service.
        Assert.Equal([22, 21, 20, 19, 18], kept.Select(static one => one.Number));
        Assert.Equal(22, node.Node.EventRing.Total);
    }

    [Fact]
    public void Filters_hold_together()
    {
        using NodeFixture node = new();
        RawClient first = node.Connect();
        RawClient second = node.Connect();
        first.Register("a", 1);
        second.Register("a", 2);
        second.Register("b", 3);
        EventRing ring = node.Node.EventRing!;

        Assert.Equal([3, 2, 1], Ports(ring, new EventFilter { Kinds = [EventKind.InstanceRegistered] }));
        Assert.Equal([2, 1], Ports(ring, new EventFilter { Kinds = [EventKind.InstanceRegistered], Service = "a" }));
        Assert.Equal([2, 1], Ports(ring, new EventFilter { Kinds = [EventKind.InstanceRegistered], Service = "DEFAULT_GROUP@@a" }));
        Assert.Equal([2], Ports(ring, new EventFilter { Kinds = [EventKind.InstanceRegistered], Service = "public/DEFAULT_GROUP@@a", Client = "client-2" }));
        Assert.Equal([3], Ports(ring, new EventFilter { Kinds = [EventKind.InstanceRegistered, EventKind.ServiceCreated], Client = "client-2", Limit = 1 }));
        Assert.Empty(ring.Find(new EventFilter { Service = "other" }));
        Assert.Equal(2, ring.Find(new EventFilter { Kinds = [EventKind.ServiceCreated] }).Count);
    }

    [Fact]
    public void Long_names_cannot_fill_the_memory()
    {
        using NodeFixture node = new(events: new EventOptions { Kept = 100 });
        RawClient client = node.Connect();
        for (int i = 0; i < 100; i++)
        {
            client.Register($"{i}{new string('x', 500)}", 1);
        }

        EventRing ring = node.Node.EventRing!;
        IReadOnlyList<KeptEvent> kept = ring.Find(new EventFilter { Limit = 1000 });
        Assert.InRange(kept.Count, 10, 99);
        Assert.True(kept.Sum(static one => (long)one.Event.Bytes) <= ring.MaximumBytes);
        Assert.StartsWith("99", kept[0].Event.Service!.Name, StringComparison.Ordinal);
    }

    private static int[] Ports(EventRing ring, EventFilter filter) => [.. ring.Find(filter).Select(static one => one.Event.Instance!.Value.Port)];
}
