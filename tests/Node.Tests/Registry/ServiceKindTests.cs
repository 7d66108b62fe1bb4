using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Tests.Registry;

/// <summary>A service is ephemeral or persistent: its first use decides, until it has disappeared.</summary>
public sealed class ServiceKindTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly RegistryClient _ephemeral = Make.Client("10.0.0.1:1", ClientKind.IpPort);
    private readonly RegistryClient _persistent = Make.Client("10.0.0.1:2", ClientKind.PersistentIpPort);

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData(false, "Current service DEFAULT_GROUP@@s is ephemeral service, can't register persistent instance.")]
    [InlineData(true, "Current service DEFAULT_GROUP@@s is persistent service, can't register ephemeral instance.")]
    public void A_registration_of_the_other_kind_is_a_conflict_that_names_the_rule(bool persistentFirst, string text)
    {
        (RegistryClient first, RegistryClient second) = persistentFirst ? (_persistent, _ephemeral) : (_ephemeral, _persistent);
        Assert.Null(_node.Registry.Register(first, "s", Make.Instance(1)).Error);
        long revision = _node.Registry.Find()!.Revision;

        RequestError error = _node.Registry.Register(second, "s", Make.Instance(2)).Error!;
        Assert.Equal((ErrorCode.Conflict, "persistent", text, false), (error.Code, error.Field, error.Text, error.Retryable));
        Assert.Equal(revision, _node.Registry.Find()!.Revision);
        Assert.Equal(1, _node.Registry.PublicationCount);
        Assert.Equal(0, second.Revision);
    }

    [Fact]
    [ProtocolRule("P-9")]
    public void A_native_client_is_told_of_the_conflict()
    {
        Assert.Equal(AdministrationOutcome.Done, _node.Registry.CreateService(Make.Key(), ServiceKind.Persistent, new ServiceMetadata()));
        Wire.Messages.ErrorReply error = _node.Connect().TryRegister("s", 1).Error;
        Assert.Equal(ErrorCode.Conflict, (ErrorCode)error.Code);
        Assert.Contains("is persistent service", error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Subscribing_does_not_decide()
    {
        _node.Connect().Subscribe(1, "s");
        Assert.Null(_node.Registry.Find()!.Kind);
        Assert.Null(_node.Registry.Register(_persistent, "s", Make.Instance(1)).Error);
        Assert.Equal(ServiceKind.Persistent, _node.Registry.Find()!.Kind);
    }

    [Fact]
    public void A_refused_registration_does_not_decide()
    {
        using NodeFixture node = new(limits: new LimitOptions { InstancesPerService = 1 });
        Assert.Equal(ErrorCode.LimitExceeded, node.Registry.Register(_ephemeral, "s", Make.Instance(1), Make.Instance(2)).Error!.Code);
        Assert.Null(node.Registry.Register(_persistent, "s", Make.Instance(1)).Error);
        node.Registry.Release(_persistent);
    }

    [Fact]
    public void It_stays_decided_while_the_service_is_empty_and_is_free_when_it_has_disappeared()
    {
        _node.Registry.Register(_ephemeral, "s", Make.Instance(1));
        _node.Registry.DeregisterAll(_ephemeral, Make.Key());
        _node.AdvanceSeconds(59);
        Assert.Equal(ErrorCode.Conflict, _node.Registry.Register(_persistent, "s", Make.Instance(1)).Error!.Code);
        _node.AdvanceSeconds(2);
        Assert.Null(_node.Registry.Register(_persistent, "s", Make.Instance(1)).Error);
    }

    [Fact]
    public void A_deleted_service_can_be_made_again_with_the_other_kind_even_with_subscribers()
    {
        RawClient reader = _node.Connect();
        reader.Subscribe(1, "s");
        _node.Registry.CreateService(Make.Key(), ServiceKind.Ephemeral, new ServiceMetadata());
        Assert.Equal(AdministrationOutcome.Exists, _node.Registry.CreateService(Make.Key(), ServiceKind.Persistent, new ServiceMetadata()));
        Assert.Equal(AdministrationOutcome.Done, _node.Registry.DeleteService(Make.Key()));
        Assert.Equal(AdministrationOutcome.Done, _node.Registry.CreateService(Make.Key(), ServiceKind.Persistent, new ServiceMetadata()));
        _node.Pump();
        reader.ReadAll();
        Assert.Null(_node.Registry.Register(_persistent, "s", Make.Instance(1)).Error);
        _node.Pump();
        Assert.Equal([1], reader.Read().Pushed.Ports());
    }
}
