using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Registry;

/// <summary>What a write costs, counted and not timed: it must not depend on the size of the service, and one that changes nothing must leave nothing behind.</summary>
[Collection(MeasurementsCollection.Name)]
public sealed class WriteCostTests : IDisposable
{
    private const int Small = 10;
    private const int Large = 50_000;
    private const int Writes = 2000;

    // A measured loop may meet a table that has to grow, once.
    private const double ToleratedBytesPerWrite = 16;

    // No events: who keeps them pays for them, and not by the write.
    private readonly NodeFixture _node = new(
        new LimitOptions { InstancesPerService = 2 * Large, PublicationsPerClient = 4 * Large }, events: new EventOptions { Kept = 0 });

    private readonly RegistryClient _client = Make.Client();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void New_instance_costs_the_same_bytes_in_a_service_of_10_and_of_50000()
    {
        double small = Measure("small", Small, RegisterNewAndDeregister);
        double large = Measure("large", Large, RegisterNewAndDeregister);
        Assert.True(small > 0, "nothing was measured");

        Assert.InRange(large, small - ToleratedBytesPerWrite, small + ToleratedBytesPerWrite);
    }

    [Fact]
    public void Changed_instance_costs_the_same_bytes_in_a_service_of_10_and_of_50000()
    {
        double small = Measure("small", Small, Change);
        double large = Measure("large", Large, Change);

        Assert.InRange(large, small - ToleratedBytesPerWrite, small + ToleratedBytesPerWrite);
    }

    [Fact]
    public void Changed_instance_of_a_service_with_subscribers_costs_the_same_bytes_in_one_of_10_and_of_50000()
    {
        RawClient subscriber = _node.Connect();
        subscriber.Subscribe(1, "small");
        subscriber.Subscribe(2, "large");
        double small = Measure("small", Small, Change);
        double large = Measure("large", Large, Change);

        Assert.InRange(large, small - ToleratedBytesPerWrite, small + ToleratedBytesPerWrite);
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public void Write_builds_no_list(int instances)
    {
        ServiceEntry service = Fill("s", instances);
        ServiceSnapshot before = service.GetSnapshot();

        RegisterNewAndDeregister("s", instances, rounds: 1);
        Change("s", instances, rounds: 1);

        Assert.False(service.IsSnapshotCurrent);
        ServiceSnapshot after = service.GetSnapshot();
        Assert.NotSame(before, after);
        Assert.Equal(instances, after.Instances.Length);
    }

    [Fact]
    public void Register_that_changes_nothing_allocates_nothing()
    {
        Fill("s", Small);
        Instance[][] copies = [.. Enumerable.Range(1, Small).Select(static port => new[] { Make.Instance(port, metadata: new string('m', 10)) })];
        ServiceKey key = Make.Key();
        void RegisterAll()
        {
            for (int i = 0; i < Writes; i++)
            {
                _node.Registry.Register(_client, key, copies[i % Small], replace: false);
            }
        }

        AllocationGate.AssertNothing(RegisterAll);
    }

    [Fact]
    public void Register_that_changes_nothing_retains_nothing()
    {
        Fill("s", Small);
        List<WeakReference> given = RegisterTheSame(rounds: 100);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        for (int round = 0; round < Writes; round++)
        {
            RegisterTheSame(rounds: 1);
        }

        long retained = GC.GetTotalMemory(forceFullCollection: true) - before;

        // The smallest object there is, retained by each of 20,000 registrations, would be 480,000 bytes; what the runtime does for itself is a few thousand.
        Assert.InRange(retained, long.MinValue, 64 * 1024);
        Assert.All(given, static instance => Assert.False(instance.IsAlive, "an instance that changed nothing was kept"));
        Assert.Equal(Small, _node.Registry.PublicationCount);
        Assert.Equal(Small, _node.Registry.Find("s")!.GetSnapshot().Instances.Length);
    }

    /// <summary>Registers equal copies of what is there.</summary>
    private List<WeakReference> RegisterTheSame(int rounds)
    {
        List<WeakReference> given = [];
        for (int round = 0; round < rounds; round++)
        {
            for (int port = 1; port <= Small; port++)
            {
                Instance copy = Make.Instance(port, metadata: new string('m', 10));
                given.Add(new WeakReference(copy));
                Assert.Equal(0, _node.Registry.Register(_client, "s", copy).Count);
            }
        }

        return given;
    }

    /// <summary>Bytes this thread allocates per write, what is written not included.</summary>
    private double Measure(string service, int instances, Action<string, int, int> write)
    {
        ServiceEntry entry = Fill(service, instances);
        entry.GetSnapshot();

        // Tables grow to the size they will have, and code is compiled.
        write(service, instances, 2);
        long before = GC.GetAllocatedBytesForCurrentThread();
        write(service, instances, 1);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Writes;
    }

    private void RegisterNewAndDeregister(string service, int instances, int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < Writes / 2; i++)
            {
                _node.Registry.Register(_client, service, Make.Instance(instances + 1 + i));
            }

            for (int i = 0; i < Writes / 2; i++)
            {
                _node.Registry.Deregister(_client, service, Make.Instance(instances + 1 + i));
            }
        }
    }

    private void Change(string service, int instances, int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < Writes; i++)
            {
                // Few identities in both, so that the log of changes has the same number of entries.
                _node.Registry.Register(_client, service, Make.Instance(1 + (i % Small), weight: 2 + (i % 7) + round, metadata: "x"));
            }
        }
    }

    private ServiceEntry Fill(string service, int instances)
    {
        for (int port = 1; port <= instances; port++)
        {
            _node.Registry.Register(_client, service, Make.Instance(port, metadata: new string('m', 10)));
        }

        return _node.Registry.Find(service)!;
    }
}
