using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Registry;

public sealed class RegistryModelTests
{
    [Fact]
    public void Random_operations_of_many_clients_match_a_simple_model()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            Run(seed);
        }
    }

    private static void Run(int seed)
    {
        using NodeFixture node = new();
        Random random = new(seed);
        List<RegistryClient> clients = [.. Enumerable.Range(0, 5).Select(static i => Make.Client($"c{i}"))];

        // Publications in the order they were registered or last changed: the last one of an identity is listed.
        List<(RegistryClient Client, string Service, Instance Instance)> model = [];
        Dictionary<string, long> revisions = [];
        for (int step = 0; step < 80; step++)
        {
            int who = random.Next(clients.Count);
            RegistryClient client = clients[who];
            string service = $"s{random.Next(3)}";
            Instance[] instances = [.. Enumerable.Range(1, random.Next(1, 4)).OrderBy(_ => random.Next()).Select(port => Make.Instance(port, weight: random.Next(1, 4)))];
            switch (random.Next(10))
            {
                case < 5:
                    bool replace = random.Next(3) == 0;
                    Assert.Null(node.Registry.Register(client, Make.Key(service), instances, replace).Error);
                    Publish(model, client, service, instances, replace);
                    break;
                case < 8:
                    int removed = node.Registry.Deregister(client, service, instances).Count;
                    int expected = model.RemoveAll(p => p.Client == client && p.Service == service && instances.Any(i => i.Identity == p.Instance.Identity));
                    Assert.Equal(expected, removed);
                    break;
                case 8:
                    node.Registry.DeregisterAll(client, Make.Key(service));
                    model.RemoveAll(p => p.Client == client && p.Service == service);
                    break;
                default:
                    node.Registry.Release(client);
                    model.RemoveAll(p => p.Client == client);
                    clients[who] = Make.Client($"c{who}+");
                    break;
            }

            if (random.Next(20) == 0)
            {
                node.AdvanceSeconds(61);
            }

            AssertMatches(node.Registry, model, revisions, $"seed {seed}, step {step}");
        }

        clients.ForEach(node.Registry.Release);
        node.AssertNothingHeld();
    }

    private static void Publish(
        List<(RegistryClient Client, string Service, Instance Instance)> model, RegistryClient client, string service, Instance[] instances, bool replace)
    {
        foreach (Instance instance in instances)
        {
            int own = model.FindIndex(p => p.Client == client && p.Service == service && p.Instance.Identity == instance.Identity);
            if (own >= 0 && model[own].Instance.Equals(instance))
            {
                continue;
            }

            if (own >= 0)
            {
                model.RemoveAt(own);
            }

            model.Add((client, service, instance));
        }

        if (replace)
        {
            model.RemoveAll(p => p.Client == client && p.Service == service && instances.All(i => i.Identity != p.Instance.Identity));
        }
    }

    private static string[] Listed(List<(RegistryClient Client, string Service, Instance Instance)> model, string service) =>
    [
        .. model.Where(p => p.Service == service)
            .GroupBy(static p => p.Instance.Identity)
            .Select(static group => $"{group.Key.Port}={group.Last().Instance.Weight}")
            .Order(StringComparer.Ordinal),
    ];

    private static void AssertMatches(
        ServiceRegistry registry, List<(RegistryClient Client, string Service, Instance Instance)> model, Dictionary<string, long> revisions, string where)
    {
        Assert.Equal(model.Count, registry.PublicationCount);
        for (int i = 0; i < 3; i++)
        {
            string service = $"s{i}";
            string[] listed = registry.Listed(service);
            Assert.True(Listed(model, service).SequenceEqual(listed), $"{where}: {service} is {string.Join(' ', listed)}");
            if (registry.Find(service) is { } entry)
            {
                Assert.True(entry.Revision >= revisions.GetValueOrDefault(service), $"{where}: revision of {service} went back");
                revisions[service] = entry.Revision;
            }
        }
    }
}
