using FastRegistry.Node.Configuration;
using FastRegistry.Tests;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Tests.Registry;

public sealed class ForgettingTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly RawClient _client;

    public ForgettingTests() => _client = _node.Connect();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void An_empty_service_is_forgotten_after_60_seconds_and_not_earlier()
    {
        _client.Register("s", 1);
        Wait(100);
        Assert.NotNull(_node.Registry.Find());
        _client.Deregister("s", 1);
        Wait(59.8);
        Assert.NotNull(_node.Registry.Find());
        Assert.Equal(EmptyReason.Deregistered, _client.Query("s").EmptyReason);
        Wait(0.4);

        Assert.Null(_node.Registry.Find());
        Assert.Equal(EmptyReason.NeverSeen, _client.Query("s").EmptyReason);
        Assert.Equal(_node.RestingWheelEntries + 1, _node.Wheel.AllocatedEntries);
    }

    [Fact]
    public void A_service_in_use_again_is_kept()
    {
        _client.Register("s", 1);
        _client.Deregister("s", 1);
        Wait(50);
        _client.Register("s", 1);
        Wait(100);
        Assert.Equal([1], _client.Query("s").Ports());
        _client.Deregister("s", 1);
        Wait(30);
        _client.Subscribe(1, "s");
        Wait(100);
        Assert.NotNull(_node.Registry.Find());
        _client.Unsubscribe(1);
        Wait(59.8);
        Assert.NotNull(_node.Registry.Find());
        Wait(0.4);
        Assert.Null(_node.Registry.Find());
    }

    [Fact]
    public void The_time_counts_from_the_last_use()
    {
        _client.Register("s", 1);
        _client.Deregister("s", 1);
        Wait(50);
        _client.Register("s", 1);
        _client.Deregister("s", 1);
        Wait(50);
        Assert.NotNull(_node.Registry.Find());
        Wait(10.2);
        Assert.Null(_node.Registry.Find());
    }

    [Fact]
    public void A_refused_registration_leaves_no_service_for_ever()
    {
        using NodeFixture node = new(new LimitOptions { PublicationsPerClient = 1 });
        RawClient client = node.Connect();
        client.Register("s", 1);
        Assert.True(client.TryRegister("t", 1).IsError);
        client.Close();
        node.AssertNothingHeld();
    }

    [Fact]
    [ProtocolRule("L-1")]
    public void The_revision_of_a_service_that_was_forgotten_and_returns_never_goes_back()
    {
        ulong newest = _client.Register("s", 1).Revision;
        newest = AssertNewer(newest, _client.Deregister("s", 1).Revision);
        Wait(61);
        Assert.Null(_node.Registry.Find());
        newest = AssertNotOlder(newest, _client.Query("s").Revision);
        newest = AssertNotOlder(newest, _client.Subscribe(1, "s").Revision);
        newest = AssertNotOlder(newest, _client.Query("s").Revision);
        newest = AssertNewer(newest, _client.Register("s", 1).Revision);
        Assert.Equal(newest, _client.Read().Pushed.Revision);
    }

    private static ulong AssertNewer(ulong before, ulong after)
    {
        Assert.True(after > before, $"{after} after {before}");
        return after;
    }

    private static ulong AssertNotOlder(ulong before, ulong after)
    {
        Assert.True(after >= before, $"{after} after {before}");
        return after;
    }

    private void Wait(double seconds)
    {
        for (; seconds > 0; seconds -= 5)
        {
            _client.Ping(1);
            Assert.Equal(Wire.Framing.FrameKind.Pong, _client.Read().Kind);
            _node.AdvanceSeconds(Math.Min(5, seconds));
        }
    }
}
