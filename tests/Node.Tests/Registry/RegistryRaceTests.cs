using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Tests.Registry;

public sealed class RegistryRaceTests
{
    [Fact]
    public async Task Registrations_that_race_with_releases_leave_no_ghosts()
    {
        using NodeFixture node = new();
        ServiceRegistry registry = node.Registry;
        for (int round = 0; round < 300; round++)
        {
            RegistryClient[] clients = [.. Enumerable.Range(0, 4).Select(i => Make.Client($"{round}.{i}"))];
            using Barrier start = new(3);
            Task registering = Task.Run(() => Race(start, () => Publish(registry, clients)), TestContext.Current.CancellationToken);
            Task releasing = Task.Run(() => Race(start, () => Array.ForEach(clients, registry.Release)), TestContext.Current.CancellationToken);
            Task reading = Task.Run(() => Race(start, () => Read(registry)), TestContext.Current.CancellationToken);
            await Task.WhenAll(registering, releasing, reading);

            Assert.Equal(0, registry.PublicationCount);
            Assert.Empty(registry.Listed("s0"));
            Assert.Empty(registry.Listed("s1"));
        }

        node.AssertNothingHeld();
    }

    [Fact]
    public async Task Takeovers_that_race_with_closes_leave_no_ghosts()
    {
        using NodeFixture node = new();
        byte[] id = RawClient.NewInstanceId();
        UInt128 instanceId = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(id);
        ClientDirectory directory = node.Node.Services.Clients;
        for (int round = 0; round < 300; round++)
        {
            // Each is set up for a client of its own, so that it has a connection number; the second has the higher one.
            RawClient first = node.Connect();
            RawClient second = node.Connect();
            RegistryClient old = directory.TryAttach(instanceId, first.Session, 1, out _)!;
            Register(old, first.Session);
            using Barrier start = new(2);
            Task closing = Task.Run(() => Race(start, () => directory.Detach(old, first.Session, CloseReason.PeerClosed)), TestContext.Current.CancellationToken);
            RegistryClient? taken = null;
            Task taking = Task.Run(() => Race(start, () => taken = directory.TryAttach(instanceId, second.Session, 2, out _)), TestContext.Current.CancellationToken);
            await Task.WhenAll(closing, taking);

            Assert.Null(Register(taken!, second.Session));
            Assert.Equal(RequestError.SessionClosed, Register(old, first.Session));
            Assert.Equal(1, node.Registry.PublicationCount);
            directory.Detach(taken!, second.Session, CloseReason.PeerClosed);
            Assert.Equal(0, node.Registry.PublicationCount);
            Assert.Equal(2, directory.Count);
            first.Close();
            second.Close();
        }

        node.AssertNothingHeld();

        RequestError? Register(RegistryClient client, object session) =>
            node.Registry.Register(client, Make.Key(), [Make.Instance(1)], replace: false, session).Error;
    }

    private static void Race(Barrier start, Action act)
    {
        start.SignalAndWait();
        act();
    }

    private static void Publish(ServiceRegistry registry, RegistryClient[] clients)
    {
        for (int i = 0; i < 20; i++)
        {
            RegistryClient client = clients[i % clients.Length];
            registry.Register(client, $"s{i % 2}", Make.Instance(i % 3, weight: i));
            if (i % 5 == 0)
            {
                registry.Deregister(client, $"s{i % 2}", Make.Instance(i % 3));
            }
        }
    }

    private static void Read(ServiceRegistry registry)
    {
        for (int i = 0; i < 20; i++)
        {
            registry.Find($"s{i % 2}")?.GetSnapshot().Encode(InstanceFilter.All);
        }
    }
}
