using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Events;

/// <summary>What a registration allocates on the thread that makes it.</summary>
[Collection(MeasurementsCollection.Name)]
public sealed class PublishingAllocationTests
{
    private const int Rounds = 10_000;

    private readonly Instance[][] _values = [[Make.Instance(1, weight: 1)], [Make.Instance(1, weight: 2)]];

    [Fact]
    public void A_changed_registration_allocates_nothing_when_nobody_listens()
    {
        using NodeFixture node = new(events: new EventOptions { Kept = 0 });
        Assert.Empty(node.Node.Events.Queues);
        AssertRegistersWithoutAllocation(node);
    }

    [Fact]
    public void A_changed_registration_allocates_nothing_when_events_are_kept()
    {
        // So few that the ring has grown to its size before the measurement.
        using NodeFixture node = new(events: new EventOptions { Kept = 16, QueueCapacity = 16 });
        AssertRegistersWithoutAllocation(node);
        Assert.True(node.Node.EventRing!.Total > Rounds);
    }

    private void AssertRegistersWithoutAllocation(NodeFixture node)
    {
        RegistryClient client = Make.Client();
        ServiceKey key = Make.Key();
        AllocationGate.AssertNothing(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                node.Registry.Register(client, key, _values[i % 2], replace: false);
                if (node.Node.Events.Queues.Count > 0)
                {
                    node.Node.Events.Queues[0].Step();
                }
            }
        });
    }
}
