using FastRegistry.Load.Restore;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Load.Tests.Restore;

/// <summary>Which list a client has after a push, and what it says of it when it comes back.</summary>
public sealed class ServiceListsTests
{
    private const ulong Node = 7;
    private const ulong Started = 1_700_000_000_000;
    private const ulong StartedAgain = Started + 1;

    private readonly ServiceLists _lists = new();

    [Fact]
    public void A_whole_list_is_held_with_the_digest_of_its_instances_as_they_stand_in_it()
    {
        Instance[] instances = [NewInstance(1), NewInstance(2)];

        ListVersion list = Take(MessageType.SnapshotPush, NewSnapshot(5, instances), current: null)!;

        HeldList expected = new()
        {
            Epoch = new Epoch { Node = Node, Incarnation = Started },
            Revision = 5,
            Count = 2,
            Digest = unchecked(ListDigest.OfInstance(instances[0].ToByteArray()) + ListDigest.OfInstance(instances[1].ToByteArray())),
        };
        Assert.Equal(expected, list.ToHeld());
    }

    [Fact]
    public void A_difference_leads_to_the_list_that_a_whole_one_would_be()
    {
        ListVersion before = Take(MessageType.SnapshotPush, NewSnapshot(5, NewInstance(1), NewInstance(2), NewInstance(3)), current: null)!;
        SnapshotDelta delta = new() { Epoch = EpochOf(Started), Revision = 6, BaseRevision = 5 };
        delta.Upserted.Add([NewInstance(2, weight: 9), NewInstance(4)]);
        delta.Removed.Add(new InstanceKey { Ip = "10.0.0.1", Port = 1 });

        ListVersion after = Take(MessageType.DeltaPush, delta, before)!;

        ListVersion whole = Take(new ServiceLists(), MessageType.SnapshotPush, NewSnapshot(6, NewInstance(2, weight: 9), NewInstance(3), NewInstance(4)), current: null)!;
        Assert.Equal(whole.ToHeld(), after.ToHeld());
        Assert.Equal(3, before.Count);
    }

    [Fact]
    public void Unchanged_gives_the_same_instances_the_new_version()
    {
        ListVersion before = Take(MessageType.SnapshotPush, NewSnapshot(5, NewInstance(1)), current: null)!;

        ListVersion after = Take(MessageType.UnchangedPush, new SnapshotUnchanged { Epoch = EpochOf(StartedAgain), Revision = 2 }, before)!;

        HeldList expected = before.ToHeld();
        expected.Epoch.Incarnation = StartedAgain;
        expected.Revision = 2;
        Assert.Equal(expected, after.ToHeld());
    }

    [Fact]
    public void A_push_that_does_not_follow_on_what_the_client_has_leads_nowhere()
    {
        ListVersion current = Take(MessageType.SnapshotPush, NewSnapshot(5, NewInstance(1)), current: null)!;

        Assert.Null(Take(MessageType.DeltaPush, new SnapshotDelta { Epoch = EpochOf(Started), Revision = 7, BaseRevision = 6 }, current));
        Assert.Null(Take(MessageType.DeltaPush, new SnapshotDelta { Epoch = EpochOf(StartedAgain), Revision = 7, BaseRevision = 5 }, current));
        Assert.Null(Take(MessageType.DeltaPush, new SnapshotDelta { Epoch = EpochOf(Started), Revision = 7, BaseRevision = 5 }, current: null));
        Assert.Null(Take(MessageType.UnchangedPush, new SnapshotUnchanged { Epoch = EpochOf(Started), Revision = 5 }, current: null));
    }

    [Fact]
    public void The_second_client_that_gets_a_list_shares_it_and_older_ones_are_forgotten()
    {
        Snapshot first = NewSnapshot(1, NewInstance(1));
        ListVersion list = Take(MessageType.SnapshotPush, first, current: null)!;
        Assert.Same(list, Take(MessageType.SnapshotPush, first, current: null));

        for (ulong revision = 2; revision < 200; revision++)
        {
            Take(MessageType.SnapshotPush, NewSnapshot(revision), current: null);
        }

        ListVersion again = Take(MessageType.SnapshotPush, first, current: null)!;
        Assert.NotSame(list, again);
        Assert.Equal(list.ToHeld(), again.ToHeld());
    }

    [Theory]
    [InlineData(MessageType.SnapshotPush, true)]
    [InlineData(MessageType.SnapshotPush, false)]
    [InlineData(MessageType.DeltaPush, true)]
    [InlineData(MessageType.UnchangedPush, true)]
    [InlineData(MessageType.UnchangedPush, false)]
    public void The_head_of_every_push_is_read_without_its_instances(MessageType type, bool isProvisional)
    {
        IMessage message = type switch
        {
            MessageType.SnapshotPush => NewSnapshot(300, NewInstance(1)),
            MessageType.DeltaPush => new SnapshotDelta { Name = "s", Epoch = EpochOf(Started), Revision = 300, BaseRevision = 299, Provisional = true, Upserted = { NewInstance(1) } },
            _ => new SnapshotUnchanged { Epoch = EpochOf(Started), Revision = 300, Provisional = isProvisional, EmptyReason = EmptyReason.Lost },
        };
        if (message is Snapshot snapshot)
        {
            snapshot.Provisional = isProvisional;
        }

        Assert.True(ListHead.TryRead(type, message.ToByteArray(), out ListHead head));

        Assert.Equal(new ListHead(new ListKey(Node, Started, 300), type == MessageType.DeltaPush ? 299u : 0, isProvisional), head);
        Assert.False(ListHead.TryRead(type, message.ToByteArray().AsSpan()[..^1], out _));
    }

    private static Epoch EpochOf(ulong incarnation) => new() { Node = Node, Incarnation = incarnation };

    private static Snapshot NewSnapshot(ulong revision, params Instance[] instances) =>
        new() { Namespace = "public", Group = "DEFAULT_GROUP", Name = "s", Epoch = EpochOf(Started), Revision = revision, Instances = { instances } };

    private static Instance NewInstance(uint port, double weight = 1) =>
        new() { Ip = "10.0.0.1", Port = port, Weight = weight, Metadata = { new Label { Key = "zone", Value = "a" } } };

    private ListVersion? Take(MessageType type, IMessage message, ListVersion? current) => Take(_lists, type, message, current);

    private static ListVersion? Take(ServiceLists lists, MessageType type, IMessage message, ListVersion? current)
    {
        byte[] encoded = message.ToByteArray();
        Assert.True(ListHead.TryRead(type, encoded, out ListHead head));
        return lists.Take(type, head, encoded, current);
    }
}
