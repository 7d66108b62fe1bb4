using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Registry;

/// <summary>Kinds of clients: what they publish is one list, whoever owns it and whenever this node hears of it.</summary>
public sealed class ClientKindTests
{
    /// <summary>Publications of one identity with the owner's stamps; the expected order is by stamp, then node, then client.</summary>
    private static readonly (string Id, ClientKind Kind, ulong Node, long Stamp, double Weight)[] Publications =
    [
        ("a", ClientKind.Synced, 7, 100, 1),
        ("b", ClientKind.Synced, 9, 300, 2),
        ("10.0.0.1:1", ClientKind.IpPort, 8, 300, 3),
        ("10.0.0.2:1", ClientKind.IpPort, 8, 300, 4),
        ("c", ClientKind.Synced, 7, 400, 5),
    ];

    [Fact]
    public void The_same_instance_is_listed_whatever_the_order_of_arrival()
    {
        foreach (int[] order in Permutations(Publications.Length))
        {
            using NodeFixture node = new();
            RegistryClient[] clients = [.. Publications.Select(static publication => Make.Client(publication.Id, publication.Kind, publication.Node))];
            foreach (int i in order)
            {
                node.Registry.Register(clients[i], Make.Key(), [Make.Instance(1, Publications[i].Weight)], replace: false, registeredAt: [Publications[i].Stamp]);
            }

            // Newest first, each uncovered by the end of the one before it.
            foreach (int next in new[] { 4, 1, 3, 2, 0 })
            {
                Assert.Equal([$"1={Publications[next].Weight}"], node.Registry.Listed());
                node.Registry.Release(clients[next]);
            }

            Assert.Empty(node.Registry.Listed());
        }
    }

    [Fact]
    public void The_same_list_follows_when_those_in_the_middle_go_first()
    {
        foreach (int[] order in Permutations(Publications.Length))
        {
            using NodeFixture node = new();
            RegistryClient[] clients = [.. Publications.Select(static publication => Make.Client(publication.Id, publication.Kind, publication.Node))];
            for (int i = 0; i < clients.Length; i++)
            {
                node.Registry.Register(clients[i], Make.Key(), [Make.Instance(1, Publications[i].Weight)], replace: false, registeredAt: [Publications[i].Stamp]);
            }

            List<int> ranks = [4, 1, 3, 2, 0];
            foreach (int i in order)
            {
                Assert.Equal([$"1={Publications[ranks[0]].Weight}"], node.Registry.Listed());
                node.Registry.Release(clients[i]);
                ranks.Remove(i);
            }
        }
    }

    [Fact]
    public void A_registration_here_is_newer_than_what_was_copied_before_even_from_a_clock_that_is_ahead()
    {
        using NodeFixture node = new();
        long ahead = node.Registry.Revisions.NextStamp() + 3_600_000_000;
        node.Registry.Register(Make.Client("copied", ClientKind.Synced, 7), Make.Key(), [Make.Instance(1, weight: 1)], replace: false, registeredAt: [ahead]);
        node.Registry.Register(Make.Client("native"), "s", Make.Instance(1, weight: 2));
        Assert.Equal(["1=2"], node.Registry.Listed());
    }

    [Fact]
    public void A_copy_of_what_is_older_waits_unseen()
    {
        using NodeFixture node = new();
        node.Registry.Register(Make.Client("native"), "s", Make.Instance(1, weight: 2));
        long revision = node.Registry.Find()!.Revision;
        node.Registry.Register(Make.Client("copied", ClientKind.Synced, 7), Make.Key(), [Make.Instance(1, weight: 1)], replace: false, registeredAt: [1]);
        Assert.Equal(["1=2"], node.Registry.Listed());
        Assert.Equal(revision, node.Registry.Find()!.Revision);
        Assert.Equal(2, node.Registry.PublicationCount);
    }

    [Theory]
    [InlineData(nameof(ClientKind.Native))]
    [InlineData(nameof(ClientKind.Synced))]
    [InlineData(nameof(ClientKind.IpPort))]
    [InlineData(nameof(ClientKind.PersistentIpPort))]
    public void The_revision_of_a_client_grows_by_one_with_each_change_and_only_then(string kind)
    {
        using NodeFixture node = new();
        RegistryClient client = Make.Client("10.0.0.1:1", Enum.Parse<ClientKind>(kind));
        Expect(1, () => node.Registry.Register(client, "s", Make.Instance(1)));
        Expect(0, () => node.Registry.Register(client, "s", Make.Instance(1)));
        Expect(1, () => node.Registry.Register(client, "s", Make.Instance(1, healthy: false)));
        Expect(1, () => node.Registry.Register(client, Make.Key(), [Make.Instance(2), Make.Instance(3)], replace: true));
        Expect(0, () => node.Registry.Register(client, Make.Key(), [Make.Instance(3), Make.Instance(2)], replace: true));
        Expect(0, () => node.Registry.Deregister(client, "s", Make.Instance(9)));
        Expect(0, () => node.Registry.Deregister(client, "unknown", Make.Instance(2)));
        Expect(1, () => node.Registry.Deregister(client, "s", Make.Instance(2)));
        Expect(1, () => node.Registry.DeregisterAll(client, Make.Key()));
        Expect(0, () => node.Registry.DeregisterAll(client, Make.Key()));
        Expect(0, () => node.Registry.UpdateMetadata(Make.Key(), static metadata => metadata));
        Expect(1, () => node.Registry.Register(client, "t", Make.Instance(1)));
        Expect(1, () => node.Registry.Release(client));

        void Expect(long growth, Action operation)
        {
            long before = client.Revision;
            operation();
            Assert.Equal(before + growth, client.Revision);
        }
    }

    [Theory]
    [InlineData(nameof(ClientKind.Native), false, 1_000_000, false)]
    [InlineData(nameof(ClientKind.PersistentIpPort), false, 1_000_000, false)]
    [InlineData(nameof(ClientKind.Synced), true, 180_000, false)]
    [InlineData(nameof(ClientKind.Synced), true, 180_001, true)]
    [InlineData(nameof(ClientKind.Synced), false, 180_001, true)]
    [InlineData(nameof(ClientKind.IpPort), false, 30_000, false)]
    [InlineData(nameof(ClientKind.IpPort), false, 30_001, true)]
    [InlineData(nameof(ClientKind.IpPort), true, 1_000_000, false)]
    public void Time_ends_copied_clients_and_an_ip_and_port_that_publishes_nothing(string kind, bool publishes, long silence, bool expired)
    {
        using NodeFixture node = new();
        RegistryClient client = Make.Client("10.0.0.1:1", Enum.Parse<ClientKind>(kind));
        client.LastRenewed = 1000;
        if (publishes)
        {
            node.Registry.Register(client, "s", Make.Instance(1));
        }

        Assert.Equal(expired, client.IsExpired(1000 + silence, syncedMilliseconds: 180_000, ipPortMilliseconds: 30_000));
    }

    [Fact]
    public void A_client_is_the_same_one_again_by_its_instance_id_or_by_ip_port_and_kind()
    {
        Assert.Equal(new RegistryClient(ClientKind.Native, "", 5).Key, new RegistryClient(ClientKind.Synced, "", 5).Key);
        Assert.NotEqual(new RegistryClient(ClientKind.Native, "", 5).Key, new RegistryClient(ClientKind.Native, "", 6).Key);
        Assert.Equal(Make.Client("10.0.0.1:1", ClientKind.IpPort).Key, Make.Client("10.0.0.1:1", ClientKind.IpPort).Key);
        Assert.NotEqual(Make.Client("10.0.0.1:1", ClientKind.IpPort).Key, Make.Client("10.0.0.1:1", ClientKind.PersistentIpPort).Key);
    }

    private static IEnumerable<int[]> Permutations(int count) => Permute([], [.. Enumerable.Range(0, count)]);

    private static IEnumerable<int[]> Permute(int[] chosen, int[] rest) => rest.Length == 0
        ? [chosen]
        : rest.SelectMany(next => Permute([.. chosen, next], [.. rest.Where(other => other != next)]));
}
