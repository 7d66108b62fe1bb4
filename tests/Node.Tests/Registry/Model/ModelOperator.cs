using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Overrides;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using InstanceIdentity = FastRegistry.Registry.Instances.InstanceIdentity;

namespace FastRegistry.Node.Tests.Registry.Model;

/// <summary>What an operator does in a run: overrides of instances, services created, deleted and changed.</summary>
/// <param name="random">Of the run's seed.</param>
/// <param name="node">The node.</param>
/// <param name="services">The model's services.</param>
/// <param name="clock">The model's time.</param>
/// <param name="doing">Told what is about to be done, for the message of a failure.</param>
/// <param name="forgetARevision">Told that a service's revision need not grow with what was done.</param>
internal sealed class ModelOperator(
    Random random, NodeFixture node, ModelService[] services, ModelClock clock, Action<string> doing, Action<ModelService> forgetARevision)
{
    private readonly ModelChance _chance = new(random);

    /// <summary>Overrides what is listed of an instance, or takes that back.</summary>
    public void Override()
    {
        ModelService service = _chance.Any(services);
        ModelPublication[] listed = [.. service.Listed];
        if (listed.Length == 0)
        {
            return;
        }

        ModelPublication publication = _chance.Any(listed);
        (string cluster, string ip, int port) = publication.Instance.Identity;
        bool removes = random.Next(4) == 0;
        ModelOverride over = new(
            publication.Client,
            random.Next(2) == 0 ? null : random.Next(5, 8),
            random.Next(2) == 0 ? null : random.Next(3) > 0,
            random.Next(2) == 0 ? null : $"{_chance.Any(["m", "o"])}=by-operator-{random.Next(3)}");
        removes |= over is { Weight: null, Enabled: null, Metadata: null };
        doing($"override {publication.Instance.Identity} of {Name(service)}: {(removes ? "remove" : over)}");
        InstanceOverride value = removes ? new InstanceOverride() : over.ToOverride();
        Assert.Equal(AdministrationOutcome.Done, node.Registry.SetOverride(Make.Key(Name(service)), new InstanceIdentity(cluster, ip, port), (_, _) => value));
        node.Pump();
        service.Overrides.Remove(publication.Instance.Identity);
        if (!removes)
        {
            service.Overrides.Add(publication.Instance.Identity, over);
        }
    }

    /// <summary>Creates, deletes or changes a service.</summary>
    public void Administer()
    {
        ModelService service = _chance.Any(services);
        ServiceKey key = Make.Key(Name(service));
        double threshold = _chance.Any([0, 0.3, 0.5, 1, -1]);
        ServiceRegistry administration = node.Registry;
        AdministrationOutcome expected = service.Kind is null ? AdministrationOutcome.NoSuchService : AdministrationOutcome.Done;
        AdministrationOutcome outcome;
        switch (random.Next(4))
        {
            case 0:
                string kind = random.Next(3) == 0 ? "Persistent" : "Ephemeral";
                doing($"create {Name(service)} as {kind}, threshold {threshold}");
                expected = service.Kind is null ? AdministrationOutcome.Done : AdministrationOutcome.Exists;
                outcome = administration.CreateService(key, Enum.Parse<ServiceKind>(kind), new ServiceMetadata { ProtectThreshold = threshold });
                if (expected == AdministrationOutcome.Done)
                {
                    service.Exists = true;
                    service.Kind = kind;
                    SetThreshold(service, threshold);
                }

                break;
            case 1:
                doing($"delete {Name(service)}");
                expected = service.Publications.Count > 0 ? AdministrationOutcome.NotEmpty : expected;
                outcome = administration.DeleteService(key);
                if (expected == AdministrationOutcome.Done)
                {
                    service.Disappear();
                    service.EmptySince = null;
                }

                break;
            default:
                doing($"threshold {threshold} for {Name(service)}");
                outcome = administration.UpdateMetadata(key, metadata => metadata with { ProtectThreshold = threshold });
                if (expected == AdministrationOutcome.Done)
                {
                    SetThreshold(service, threshold);
                }

                break;
        }

        Assert.Equal(expected, outcome);
        node.Pump();
    }

    private void SetThreshold(ModelService service, double threshold)
    {
        service.Threshold = threshold;
        forgetARevision(service);
        if (service.Publications.Count == 0)
        {
            service.EmptySince = clock.Now;
        }
    }

    private string Name(ModelService service) => $"s{Array.IndexOf(services, service)}";
}
