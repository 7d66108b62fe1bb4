using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;
using Instance = FastRegistry.Wire.Messages.Instance;

namespace FastRegistry.Node.Tests.Push;

public sealed class DeltaPushTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly RawClient _provider;
    private readonly RawClient _watcher;

    public DeltaPushTests()
    {
        _provider = _node.Connect();
        _watcher = _node.Connect();
        _provider.Batch("s", replace: false, Many(1, 100));
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("D-1", "D-2")]
    public void A_change_of_a_large_list_is_pushed_as_the_difference_from_the_list_before()
    {
        Snapshot first = _watcher.Subscribe(1, "s");
        _provider.Register("s", 101);
        SnapshotDelta added = _watcher.Read().PushedDelta;
        Assert.Equal(("public", "DEFAULT_GROUP", "s", first.Epoch, first.Revision), (added.Namespace, added.Group, added.Name, added.Epoch, added.BaseRevision));
        Assert.Equal(101U, Assert.Single(added.Upserted).Port);
        Assert.Empty(added.Removed);

        _provider.Register("s", NewInstance(5, weight: 3));
        SnapshotDelta changed = _watcher.Read().PushedDelta;
        Assert.Equal(added.Revision, changed.BaseRevision);
        Assert.Equal((5U, 3.0), (Assert.Single(changed.Upserted).Port, changed.Upserted[0].Weight));

        _provider.Deregister("s", 7);
        SnapshotDelta removed = _watcher.Read().PushedDelta;
        Assert.Equal(changed.Revision, removed.BaseRevision);
        Assert.Equal(_node.Registry.Find()!.Revision, (long)removed.Revision);
        Assert.Equal(new InstanceKey { Ip = "10.0.0.1", Port = 7 }, Assert.Single(removed.Removed));
        Assert.Empty(removed.Upserted);
        Assert.Equal(3, _node.Node.Push.Workers.Sum(static worker => worker.Deltas));
    }

    [Fact]
    [ProtocolRule("D-6")]
    public void A_small_list_is_pushed_whole()
    {
        _provider.Batch("small", replace: false, Many(1, 5));
        _watcher.Subscribe(1, "small");
        _provider.Register("small", 6);
        Assert.Equal(6, _watcher.Read().Pushed.Instances.Count);
    }

    [Fact]
    [ProtocolRule("D-6")]
    public void A_change_of_half_the_list_is_pushed_whole()
    {
        _watcher.Subscribe(1, "s");
        _provider.Batch("s", replace: false, Many(1, 60, weight: 2));
        Assert.Equal(100, _watcher.Read().Pushed.Instances.Count);
    }

    [Fact]
    [ProtocolRule("D-6")]
    public void The_last_sixteen_lists_are_bases_and_older_ones_are_not()
    {
        List<long> revisions = [(long)_watcher.Subscribe(1, "s").Revision];
        for (int port = 101; port <= 120; port++)
        {
            _provider.Register("s", port);
            revisions.Add((long)_watcher.Read().PushedDelta.Revision);
        }

        ServiceSnapshot newest = _node.Registry.Find()!.GetSnapshot();
        Assert.Equal(ChangeLog.MaximumIntervals, newest.Changes.Length);
        Assert.Equal(MessageType.DeltaPush, newest.EncodePush(revisions[^(ChangeLog.MaximumIntervals + 1)], InstanceFilter.All).Type);
        Assert.Equal(MessageType.SnapshotPush, newest.EncodePush(revisions[^(ChangeLog.MaximumIntervals + 2)], InstanceFilter.All).Type);
        SnapshotDelta oldest = SnapshotDelta.Parser.ParseFrom(newest.EncodePush(revisions[^(ChangeLog.MaximumIntervals + 1)], InstanceFilter.All).Body);
        Assert.Equal(Enumerable.Range(105, 16), oldest.Upserted.Select(static instance => (int)instance.Port).Order());
    }

    [Fact]
    public void The_log_of_changes_is_bounded_by_its_size_too()
    {
        _provider.Batch("large", replace: false, Many(1, 5000));
        List<long> revisions = [(long)_watcher.Subscribe(1, "large").Revision];
        for (int round = 2; round < 10; round++)
        {
            _provider.Batch("large", replace: false, Many(1, 500, weight: round));
            revisions.Add((long)_watcher.Read().PushedDelta.Revision);
        }

        ServiceSnapshot newest = _node.Registry.Find("large")!.GetSnapshot();
        Assert.Equal(ChangeLog.MaximumChanges / 500, newest.Changes.Length);
        Assert.Equal(MessageType.DeltaPush, newest.EncodePush(revisions[^5], InstanceFilter.All).Type);
        Assert.Equal(MessageType.SnapshotPush, newest.EncodePush(revisions[^6], InstanceFilter.All).Type);
    }

    [Fact]
    public void Lists_that_only_readers_saw_use_up_no_interval()
    {
        ulong first = _watcher.Subscribe(1, "s").Revision;
        RegistryClient publisher = Make.Client();
        for (int port = 101; port <= 130; port++)
        {
            _node.Registry.Register(publisher, "s", Make.Instance(port));
            Assert.Equal(port, _node.Registry.Find()!.GetSnapshot().Instances.Length);
        }

        SnapshotDelta delta = _watcher.Read().PushedDelta;
        Assert.Equal((first, 30), (delta.BaseRevision, delta.Upserted.Count));
        _node.Registry.Release(publisher);
        Assert.Equal(30, _watcher.Read().PushedDelta.Removed.Count);
    }

    [Fact]
    [ProtocolRule("D-1")]
    public void What_a_filter_lets_through_is_upserted_and_what_it_hides_is_removed()
    {
        _provider.Batch("f", replace: false, [.. Enumerable.Range(1, 100).Select(static port => NewInstance(port, cluster: port % 2 == 0 ? "east" : "west"))]);
        RawClient healthy = _node.Connect();
        _watcher.Subscribe(1, "f", false, "east");
        healthy.Subscribe(1, "f", true);

        _provider.Register("f", With(NewInstance(2, cluster: "east"), healthy: false));
        Assert.Equal(2U, Assert.Single(_watcher.Read().PushedDelta.Upserted).Port);
        Assert.Equal(2U, Assert.Single(healthy.Read().PushedDelta.Removed).Port);

        _provider.Register("f", With(NewInstance(2, cluster: "east"), healthy: true));
        Assert.True(Assert.Single(_watcher.Read().PushedDelta.Upserted) is { HasHealthy: false, Port: 2 });
        Assert.Equal(2U, Assert.Single(healthy.Read().PushedDelta.Upserted).Port);

        _provider.Register("f", NewInstance(1, cluster: "west", weight: 2));
        SnapshotDelta hidden = _watcher.Read().PushedDelta;
        Assert.Empty(hidden.Upserted);
        Assert.Empty(hidden.Removed);
        Assert.Equal(1U, Assert.Single(healthy.Read().PushedDelta.Upserted).Port);

        Instance disabled = NewInstance(4, cluster: "east");
        disabled.Enabled = false;
        _provider.Register("f", disabled);
        Assert.Equal(4U, Assert.Single(_watcher.Read().PushedDelta.Removed).Port);
        Assert.Equal(4U, Assert.Single(healthy.Read().PushedDelta.Removed).Port);
    }

    [Fact]
    public void A_waiting_publication_that_goes_is_invisible_and_one_that_takes_over_is_a_change()
    {
        _watcher.Subscribe(1, "s");
        RawClient twin = _node.Connect();
        twin.Register("s", NewInstance(5, weight: 9));
        Assert.Equal(9.0, Assert.Single(_watcher.Read().PushedDelta.Upserted).Weight);
        RawClient triplet = _node.Connect();
        triplet.Register("s", NewInstance(5, weight: 4));
        Assert.Equal(4.0, Assert.Single(_watcher.Read().PushedDelta.Upserted).Weight);

        twin.Close();
        Assert.Null(_watcher.TryRead());
        triplet.Close();
        SnapshotDelta delta = _watcher.Read().PushedDelta;
        Assert.False(Assert.Single(delta.Upserted).HasWeight);
        Assert.Empty(delta.Removed);
    }

    [Fact]
    public void A_list_that_becomes_empty_says_why()
    {
        RawClient mortal = _node.Connect();
        mortal.Batch("m", replace: false, Many(1, 100));
        _watcher.Subscribe(1, "m");
        mortal.Close();
        Assert.Equal(EmptyReason.Lost, _watcher.Read().Pushed.EmptyReason);
    }

    [Fact]
    [ProtocolRule("D-6", "L-6")]
    public void Provisional_lists_are_pushed_whole_and_deltas_begin_when_they_are_complete()
    {
        using NodeFixture node = new(deadlines: new DeadlineOptions());
        RawClient provider = node.Connect();
        RawClient watcher = node.Connect();
        provider.Batch("s", replace: false, Many(1, 100));
        watcher.Subscribe(1, "s");
        provider.Register("s", 101);
        Assert.True(watcher.Read().Pushed.Provisional);
        node.AdvanceSeconds(18.2);
        SnapshotUnchanged complete = watcher.Read().PushedUnchanged;
        Assert.False(complete.Provisional);
        provider.Register("s", 102);
        watcher.Read();
        provider.Register("s", 103);
        Assert.Equal(103U, Assert.Single(watcher.Read().PushedDelta.Upserted).Port);
    }

    [Fact]
    public void Subscribing_again_brings_the_list_again_and_the_next_delta_builds_on_it()
    {
        _watcher.Subscribe(1, "s");
        _provider.Register("s", 101);
        _watcher.Read();
        Snapshot again = _watcher.Subscribe(1, "s");
        Assert.Equal(101, again.Instances.Count);
        _provider.Register("s", 102);
        Assert.Equal(again.Revision, _watcher.Read().PushedDelta.BaseRevision);
    }

    [Fact]
    public void Answers_keep_their_order_though_the_list_goes_out_at_once()
    {
        byte[] hello = [
            .. RawClient.PrefaceBytes(),
            .. RawClient.RequestBytes(MessageType.Setup, 1, RawClient.NewSetup()),
            .. RawClient.RequestBytes(MessageType.Subscribe, 2, new SubscribeRequest { Subscriptions = { NewSubscription(9, "new") } }),
            .. RawClient.RequestBytes(MessageType.Query, 3, new QueryRequest { Name = "new" })];
        RawClient client = _node.ConnectBare();
        client.Write(hello);
        List<ReceivedFrame> frames = client.ReadAll();
        Assert.Equal([1UL, 2UL, 3UL], frames.Where(static frame => frame.Kind == FrameKind.Response).Select(static frame => frame.CorrelationId));
        ReceivedFrame push = frames.Single(static frame => frame.Kind == FrameKind.Push);
        Assert.Equal((9UL, 1UL), (push.CorrelationId, push.PushNumber));
        Assert.Equal(EmptyReason.NeverSeen, push.Pushed.EmptyReason);
    }

    [Fact]
    public void A_delta_is_encoded_once_for_all_who_have_the_same_base()
    {
        long first = (long)_watcher.Subscribe(1, "s").Revision;
        _provider.Register("s", 101);
        ServiceSnapshot newest = _node.Registry.Find()!.GetSnapshot();
        Assert.Same(newest.EncodePush(first, InstanceFilter.All).Body, newest.EncodePush(first, InstanceFilter.All).Body);
        Assert.False(newest.IsEncoded);
    }

    [Fact]
    [ProtocolRule("T-1")]
    public void A_large_delta_comes_in_chunks()
    {
        _provider.Batch("large", replace: false, Many(1, 20_000));
        ListReader reader = new(_watcher, 1, "large");
        _provider.Batch("large", replace: false, Many(1, 6000, weight: 2));
        int before = _watcher.Chunks;
        reader.Drain();
        Assert.Equal((1, 0, 0), (reader.Deltas, reader.Lists, reader.Misfits));
        Assert.True(_watcher.Chunks > before + 1);
        Assert.Equal(ListReader.Sorted(_provider.Query("large").Instances), reader.Instances);
    }

    [Fact]
    public void More_changes_than_the_log_takes_are_a_whole_list_and_deltas_go_on_after_it()
    {
        _provider.Batch("large", replace: false, Many(1, 60_000));
        ListReader reader = new(_watcher, 1, "large");
        _provider.Batch("large", replace: false, Many(1, ChangeLog.MaximumUnbuilt + 1, weight: 2));
        reader.Drain();
        Assert.Equal((0, 1), (reader.Deltas, reader.Lists));
        _provider.Deregister("large", 9);
        reader.Drain();
        Assert.Equal((1, 1, 0), (reader.Deltas, reader.Lists, reader.Misfits));
        Assert.Equal(59_999, reader.Instances.Length);
    }

    private static Instance With(Instance instance, bool healthy)
    {
        instance.Healthy = healthy;
        return instance;
    }

    private static Instance[] Many(int first, int count, double? weight = null) =>
        [.. Enumerable.Range(first, count).Select(port => NewInstance(port, weight: weight))];
}
