using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>A client that leaves because it has a newer connection on another node says so; what it publishes stays until that node is heard of, at most
/// <c>Deadlines:Reaffirm</c>.</summary>
public sealed class MovedClientTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly RawClient _watcher;
    private readonly byte[] _id = RawClient.NewInstanceId();

    public MovedClientTests()
    {
        _watcher = _node.Connect();
        _watcher.Subscribe(1, "s");
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void What_a_moved_client_publishes_stays_for_10_seconds_and_goes_then()
    {
        Leave(GoAwayReason.ClientMoved);
        _node.AdvanceSeconds(9.8);
        Assert.Null(_watcher.TryRead());
        Assert.Equal([1], _watcher.Query("s").Ports());
        _node.AdvanceSeconds(0.4);
        Assert.Empty(_watcher.Read().Pushed.Instances);
        _watcher.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void A_moved_client_that_comes_back_keeps_what_it_names_again_and_no_list_changes()
    {
        Leave(GoAwayReason.ClientMoved);
        _node.AdvanceSeconds(5);
        RawClient back = _node.Connect(_id);
        back.Register("s", 1);
        _node.AdvanceSeconds(10.5);
        Assert.Null(_watcher.TryRead());
        Assert.Equal([1], back.Query("s").Ports());
    }

    [Theory]
    [InlineData(GoAwayReason.ClientClosing)]
    [InlineData(GoAwayReason.Move)]
    public void What_a_client_publishes_that_leaves_for_another_reason_goes_at_once(GoAwayReason reason)
    {
        Leave(reason);
        Assert.Empty(_watcher.Read().Pushed.Instances);
    }

    private void Leave(GoAwayReason reason)
    {
        RawClient client = _node.Connect(_id);
        client.Register("s", 1);
        Assert.Equal([1], _watcher.Read().Pushed.Ports());
        byte[] body = [0x08, (byte)reason];
        client.WriteFrame(new FrameHeader((uint)body.Length, FrameKind.GoAway, FrameFlags.None, MessageType.None, 0), body);
        client.Close();
    }
}
