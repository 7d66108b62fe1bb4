using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Registry;

/// <summary>Services made, changed and deleted by hand.</summary>
public sealed class ServiceMetadataTests : IDisposable
{
    private readonly RecordingObserver _observer = new(static kind =>
        kind is EventKind.ServiceMetadataChanged or EventKind.ServiceCreated or EventKind.ServiceDisappeared);

    private readonly NodeFixture _node;
    private readonly ServiceRegistry _administration;
    private readonly RegistryClient _client = Make.Client();

    public ServiceMetadataTests()
    {
        _node = new NodeFixture(observers: _observer);
        _administration = _node.Registry;
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void The_defaults_are_those_of_nacos()
    {
        ServiceMetadata service = new();
        Assert.Equal((0.0, null, 0, 0), (service.ProtectThreshold, service.Selector, service.ExtendData.Count, service.Clusters.Count));
        ClusterMetadata cluster = ClusterMetadata.Default;
        Assert.Equal((HealthCheckType.Tcp, 80, true, 0), (cluster.HealthChecker.Type, cluster.CheckPort, cluster.UseInstancePort, cluster.ExtendData.Count));
        Assert.Equal(200, cluster.HealthChecker.ExpectedResponseCode);
    }

    [Fact]
    public void A_service_that_came_into_being_by_registration_has_none()
    {
        _node.Registry.Register(_client, "s", Make.Instance(1));
        Assert.Null(_node.Registry.Find()!.Metadata);
        Assert.Equal(AdministrationOutcome.Exists, _administration.CreateService(Make.Key(), ServiceKind.Ephemeral, new ServiceMetadata()));
        Assert.Null(_node.Registry.Find()!.Metadata);
    }

    [Fact]
    public void A_change_is_a_revision_and_a_push()
    {
        _node.Registry.Register(_client, "s", Make.Instance(1, healthy: false));
        RawClient reader = _node.Connect();
        ulong revision = reader.Subscribe(1, "s").Revision;
        Assert.Equal(AdministrationOutcome.Done, _administration.UpdateMetadata(Make.Key(), static metadata => metadata));
        _node.Pump();
        Wire.Messages.Snapshot pushed = reader.Read().Pushed;
        Assert.True(pushed.Revision > revision);
        Assert.True(pushed.ProtectionReached);
    }

    [Fact]
    public void Only_a_service_that_is_there_can_be_changed_or_deleted()
    {
        Assert.Equal(AdministrationOutcome.NoSuchService, _administration.UpdateMetadata(Make.Key(), static metadata => metadata));
        Assert.Equal(AdministrationOutcome.NoSuchService, _administration.DeleteService(Make.Key()));
        _node.Connect().Subscribe(1, "s");
        Assert.Equal(AdministrationOutcome.NoSuchService, _administration.UpdateMetadata(Make.Key(), static metadata => metadata));
        Assert.Equal(AdministrationOutcome.NoSuchService, _administration.DeleteService(Make.Key()));
    }

    [Fact]
    public void Only_a_service_without_instances_can_be_deleted_and_its_metadata_goes_with_it()
    {
        _administration.CreateService(Make.Key(), ServiceKind.Ephemeral, new ServiceMetadata { ProtectThreshold = 0.5 });
        _node.Registry.Register(_client, "s", Make.Instance(1));
        Assert.Equal(AdministrationOutcome.NotEmpty, _administration.DeleteService(Make.Key()));
        _node.Registry.Deregister(_client, "s", Make.Instance(1));
        Assert.Equal(AdministrationOutcome.Done, _administration.DeleteService(Make.Key()));
        Assert.Null(_node.Registry.Find());
        _node.Registry.Register(_client, "s", Make.Instance(1));
        Assert.Null(_node.Registry.Find()!.Metadata);
        _node.Registry.Release(_client);
        _node.AssertNothingHeld();
    }

    [Fact]
    public void No_more_services_are_made_than_the_node_may_hold()
    {
        using NodeFixture node = new(limits: new LimitOptions { Services = 1 });
        Assert.Equal(AdministrationOutcome.Done, node.Registry.CreateService(Make.Key("a"), ServiceKind.Ephemeral, new ServiceMetadata()));
        Assert.Equal(AdministrationOutcome.LimitReached, node.Registry.CreateService(Make.Key("b"), ServiceKind.Ephemeral, new ServiceMetadata()));
    }

    [Fact]
    public void Whoever_wants_to_hear_of_everything_hears_of_every_kind()
    {
        using NodeFixture node = new(observers: new RecordingObserver(static _ => true));
        Assert.All(Enum.GetValues<EventKind>(), kind => Assert.True(node.Node.Events.Wants(kind), $"{kind}"));
    }

    [Fact]
    public void Observers_hear_of_it()
    {
        _administration.CreateService(Make.Key(), ServiceKind.Ephemeral, new ServiceMetadata());
        _administration.UpdateMetadata(Make.Key(), static metadata => metadata with { ProtectThreshold = 1 });
        _administration.DeleteService(Make.Key());
        _administration.DeleteService(Make.Key());
        _node.Pump();
        Assert.Equal(["ServiceCreated", "ServiceMetadataChanged", "ServiceMetadataChanged", "ServiceDisappeared"], _observer.Lines);
        Assert.True(_observer.Heard[1].Revision < _observer.Heard[2].Revision);
        Assert.All(_observer.Heard, static heard => Assert.Equal(Make.Key(), heard.Service));
    }
}
