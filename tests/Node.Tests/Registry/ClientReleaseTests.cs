using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Transport;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Registry;

/// <summary>A client that publishes much and goes: in slices, off the thread of its connection.</summary>
public sealed class ClientReleaseTests : IDisposable
{
    private const int PerService = 1000;
    private const int Services = 3;

    private readonly NodeFixture _node = new();
    private readonly byte[] _id = RawClient.NewInstanceId();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_large_client_goes_in_slices_and_publishes_nothing_from_the_first_moment_on()
    {
        RawClient client = Publish();
        RegistryClient released = client.Session.Client;

        _node.Node.Services.Clients.Detach(released, client.Session, CloseReason.PeerReset);
        Assert.Equal(Services * PerService, _node.Registry.PublicationCount);
        Assert.NotNull(_node.Registry.Register(released, Make.Key(), [Make.Instance(1)], replace: false, client.Session).Error);

        for (long left = Services * PerService; left > 0;)
        {
            Assert.True(_node.Node.Requests.Step());
            left = Math.Max(0, left - ServiceRegistry.ReleaseSlicePublications);
            Assert.Equal(left, _node.Registry.PublicationCount);
            Assert.Equal(left, released.PublicationCount);
        }

        Assert.False(_node.Node.Requests.Step());
        Assert.Equal(0, _node.Node.Services.Clients.Count);
    }

    [Fact]
    public void A_small_client_goes_at_once()
    {
        RawClient client = _node.Connect(_id);
        client.Batch("s", replace: false, [.. Enumerable.Range(1, ServiceRegistry.ReleaseSlicePublications).Select(static port => NewInstance(port))]);

        _node.Node.Services.Clients.Detach(client.Session.Client, client.Session, CloseReason.PeerReset);
        Assert.Equal(0, _node.Registry.PublicationCount);
        Assert.False(_node.Node.Requests.Step());
    }

    [Fact]
    public void Who_returns_while_the_slices_run_keeps_what_it_registers_again()
    {
        RawClient client = Publish();
        _node.Node.Services.Clients.Detach(client.Session.Client, client.Session, CloseReason.PeerReset);
        Assert.True(_node.Node.Requests.Step());

        // On one thread: the fixture pumps the slices while it waits for an answer.
        RegistryClient again = Make.Client("again");
        _node.Registry.Register(again, "s0", [.. Enumerable.Range(1, PerService).Select(static port => Make.Instance(port))]);
        while (_node.Node.Requests.Step())
        {
        }

        Assert.Equal(PerService, _node.Registry.PublicationCount);
        Assert.Equal(PerService, _node.Registry.Find("s0")!.GetSnapshot().Instances.Length);
        Assert.Equal(0, _node.Registry.Find("s1")!.InstanceCount);
    }

    [Fact]
    public void Slices_that_find_the_queue_full_run_at_once()
    {
        using NodeFixture node = new(new LimitOptions { QueuedRequests = 1 });
        RegistryClient client = Make.Client();
        node.Registry.Register(client, "s", [.. Enumerable.Range(1, PerService).Select(static port => Make.Instance(port))]);
        Assert.True(node.Node.Requests.TryAdd(new NoRequest()));

        node.Registry.Release(client, DeregisterReason.ConnectionLost, node.Node.Requests);
        Assert.Equal(0, node.Registry.PublicationCount);
    }

    [Fact]
    public void Every_instance_is_told_once_and_the_client_last()
    {
        RecordingObserver observer = new(static _ => true);
        using NodeFixture node = new(observers: observer);
        RegistryClient client = Make.Client();
        node.Registry.Register(client, "s", [.. Enumerable.Range(1, PerService).Select(static port => Make.Instance(port))]);

        node.Registry.Release(client, DeregisterReason.ConnectionLost, node.Node.Requests);
        node.Registry.Release(client, DeregisterReason.ConnectionLost, node.Node.Requests);
        node.Pump();

        Assert.Equal(
            Enumerable.Range(1, PerService),
            observer.Heard.Where(static heard => heard.Kind == EventKind.InstanceDeregistered).Select(static heard => heard.Instance!.Value.Port).Order());
        Assert.Single(observer.Heard, static heard => heard.Kind == EventKind.ClientReleased);
        Assert.Equal(EventKind.ClientReleased, observer.Heard.Last(static heard => heard.Kind is EventKind.ClientReleased or EventKind.InstanceDeregistered).Kind);
    }

    private RawClient Publish()
    {
        RawClient client = _node.Connect(_id);
        for (int service = 0; service < Services; service++)
        {
            client.Batch($"s{service}", replace: false, [.. Enumerable.Range(1, PerService).Select(static port => NewInstance(port))]);
        }

        return client;
    }

    private sealed class NoRequest : IWorkItem
    {
        public void Run()
        {
        }
    }
}
