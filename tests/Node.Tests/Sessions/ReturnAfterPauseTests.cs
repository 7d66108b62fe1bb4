using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>The process was suspended; clients gave up on the silent node meanwhile and come back.</summary>
public sealed class ReturnAfterPauseTests : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly NodeFixture _node = new();
    private readonly byte[] _id = RawClient.NewInstanceId();

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("C-27")]
    public void A_client_that_closed_during_the_pause_and_returns_changes_no_list()
    {
        RawClient watcher = _node.Connect();
        watcher.Subscribe(1, "s");
        RawClient old = _node.Connect(_id);
        old.Register("s", 1);
        watcher.ReadAll();
        _node.AdvanceSeconds(1);

        _node.Time.Suspend(Pause);
        old.Close();
        _node.AdvanceSeconds(2);
        RawClient young = _node.Connect(_id);
        young.Register("s", 1);
        _node.AdvanceSeconds(15);

        Assert.Equal([1], watcher.Query("s").Ports());
        Assert.Null(watcher.TryRead()?.PushPrefix);
        young.Close();
        watcher.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    [ProtocolRule("C-27")]
    public void A_client_that_does_not_return_goes_after_10_seconds()
    {
        RawClient watcher = _node.Connect();
        RawClient old = _node.Connect(_id);
        old.Register("s", 1);
        _node.AdvanceSeconds(1);

        _node.Time.Suspend(Pause);
        old.Close();
        _node.AdvanceSeconds(9.5);
        Assert.Equal([1], watcher.Query("s").Ports());
        _node.AdvanceSeconds(1);

        Assert.Empty(watcher.Query("s").Ports());
        watcher.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    [ProtocolRule("C-26")]
    public void Long_after_a_pause_a_closed_connection_releases_its_client_at_once()
    {
        RawClient watcher = _node.Connect();
        RawClient client = _node.Connect(_id);
        client.Register("s", 1);
        _node.AdvanceSeconds(1);
        _node.Time.Suspend(Pause);
        _node.AdvanceSeconds(11);

        client.Close();

        Assert.Empty(watcher.Query("s").Ports());
        watcher.Close();
        _node.AssertNothingHeld();
    }
}
