using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Overrides;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Registry;

/// <summary>Operators, clients and the wheel at the same services at the same time.</summary>
public sealed class AdministrationRaceTests
{
    private const int Rounds = 4000;

    [Fact]
    public async Task Operators_that_race_with_clients_and_deadlines_leave_nothing_behind()
    {
        using NodeFixture node = new(deadlines: new DeadlineOptions
        {
            WarmUp = TimeSpan.Zero,
            EmptyService = TimeSpan.FromMilliseconds(10),
            ExpiredOverride = TimeSpan.FromMilliseconds(20),
        });
        int running = 2;
        await Together.RunAsync(3, thread =>
        {
            switch (thread)
            {
                case 0:
                    Publish(node.Registry);
                    Interlocked.Decrement(ref running);
                    break;
                case 1:
                    Administer(node.Registry);
                    Interlocked.Decrement(ref running);
                    break;
                default:
                    while (Volatile.Read(ref running) > 0)
                    {
                        node.Time.Advance(TimeSpan.FromMilliseconds(1));
                    }

                    break;
            }
        });

        node.AdvanceSeconds(1);
        Assert.Equal(0, node.Registry.PublicationCount);
        Assert.Equal(0, node.Registry.ServiceCount);
        Assert.Equal(0, node.Registry.OverrideCount);
        Assert.Equal(node.RestingWheelEntries, node.Wheel.AllocatedEntries);
    }

    private static void Publish(ServiceRegistry registry)
    {
        for (int round = 0; round < Rounds; round++)
        {
            RegistryClient client = Make.Client($"c{round % 3}");
            registry.Register(client, $"s{round % 2}", Make.Instance(1, weight: round % 5), Make.Instance(2));
            registry.Deregister(client, $"s{round % 2}", Make.Instance(1));
            registry.Release(client);
        }
    }

    private static void Administer(ServiceRegistry registry)
    {
        InstanceIdentity identity = Make.Instance(1).Identity;
        for (int round = 0; round < Rounds; round++)
        {
            ServiceKey key = Make.Key($"s{round % 2}");
            registry.CreateService(key, ServiceKind.Ephemeral, new ServiceMetadata());
            registry.SetOverride(key, identity, (_, _) => new InstanceOverride { Weight = 1 + (round % 7) });
            registry.UpdateMetadata(key, static metadata => metadata with { ProtectThreshold = 0.5 });
            if (round % 3 == 0)
            {
                registry.SetOverride(key, identity, static (_, _) => new InstanceOverride());
            }

            registry.DeleteService(key);
        }
    }
}
