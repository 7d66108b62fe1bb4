using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Registry;

/// <summary>A service without instances disappears after its time: 60 s, and as long again when something was set for it by hand.</summary>
public sealed class EmptyServiceTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly RegistryClient _client = Make.Client();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void One_that_registrations_made_goes_after_sixty_seconds()
    {
        Empty();
        _node.AdvanceSeconds(59);
        Assert.NotNull(_node.Registry.Find());
        _node.AdvanceSeconds(2);
        Assert.Null(_node.Registry.Find());
        Assert.Equal(_node.RestingWheelEntries, _node.Wheel.AllocatedEntries);
    }

    [Fact]
    public void One_that_was_made_by_hand_goes_after_a_hundred_and_twenty()
    {
        _node.Registry.CreateService(Make.Key(), ServiceKind.Ephemeral, new ServiceMetadata());
        _node.AdvanceSeconds(118);
        Assert.NotNull(_node.Registry.Find()!.Metadata);
        _node.AdvanceSeconds(4);
        Assert.Null(_node.Registry.Find());
        Assert.Equal(_node.RestingWheelEntries, _node.Wheel.AllocatedEntries);
    }

    [Fact]
    public void What_is_set_while_it_is_on_its_way_out_gives_it_the_longer_time()
    {
        Empty();
        _node.AdvanceSeconds(50);
        _node.Registry.UpdateMetadata(Make.Key(), static metadata => metadata);
        _node.AdvanceSeconds(117);
        Assert.NotNull(_node.Registry.Find()!.Metadata);
        _node.AdvanceSeconds(5);
        Assert.Null(_node.Registry.Find());
    }

    [Fact]
    public void With_subscribers_it_loses_kind_and_metadata_and_they_keep_their_subscription()
    {
        RawClient reader = _node.Connect();
        reader.Subscribe(1, "s");
        _node.Registry.CreateService(Make.Key(), ServiceKind.Persistent, new ServiceMetadata { ProtectThreshold = 1 });
        KeepAlive(reader, 123);
        ServiceEntry entry = _node.Registry.Find()!;
        Assert.Null(entry.Kind);
        Assert.Null(entry.Metadata);

        _node.Registry.Register(_client, "s", Make.Instance(1, healthy: false));
        _node.Pump();
        Wire.Messages.Snapshot pushed = reader.Read().Pushed;
        Assert.Equal([1], pushed.Ports());
        Assert.False(pushed.ProtectionReached);
    }

    [Fact]
    public void Whatever_changes_nothing_does_not_keep_it()
    {
        Empty();
        for (int i = 0; i < 61; i++)
        {
            _node.Registry.Deregister(_client, "s", Make.Instance(1));
            _node.AdvanceSeconds(1);
        }

        Assert.Null(_node.Registry.Find());
    }

    [Fact]
    public void An_instance_in_time_keeps_it_and_the_time_begins_again_with_the_next_end()
    {
        Empty();
        _node.AdvanceSeconds(55);
        _node.Registry.Register(_client, "s", Make.Instance(1));
        _node.AdvanceSeconds(100);
        _node.Registry.Deregister(_client, "s", Make.Instance(1));
        _node.AdvanceSeconds(58);
        Assert.NotNull(_node.Registry.Find());
        _node.AdvanceSeconds(4);
        Assert.Null(_node.Registry.Find());
    }

    [Fact]
    public void A_pause_of_the_process_does_not_count()
    {
        Empty();
        _node.Time.Suspend(TimeSpan.FromMinutes(5));
        _node.Pump();
        _node.AdvanceSeconds(58);
        Assert.NotNull(_node.Registry.Find());
        _node.AdvanceSeconds(4);
        Assert.Null(_node.Registry.Find());
    }

    private void Empty()
    {
        _node.Registry.Register(_client, "s", Make.Instance(1));
        _node.Registry.Deregister(_client, "s", Make.Instance(1));
    }

    private void KeepAlive(RawClient client, int seconds)
    {
        for (int second = 0; second < seconds; second++)
        {
            _node.AdvanceSeconds(1);
            client.Ping(1);
            client.ReadAll();
        }
    }
}
