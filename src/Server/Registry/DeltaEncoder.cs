using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Server.Registry;

/// <summary>Writes the protobuf body of a <c>SnapshotDelta</c> from the changes a snapshot remembers.</summary>
internal static class DeltaEncoder
{
    /// <summary>The delta from an older list to a snapshot, as a filter shows both; null when the snapshot does not reach back that far.</summary>
    public static byte[]? TryEncode(ServiceSnapshot snapshot, NodeEpoch epoch, long baseRevision, InstanceFilter filter)
    {
        ReadOnlySpan<ChangeInterval> intervals = snapshot.Changes;
        if (intervals.IsEmpty || baseRevision < intervals[0].From || baseRevision >= snapshot.Revision)
        {
            return null;
        }

        int first = intervals.Length - 1;
        while (intervals[first].From > baseRevision)
        {
            first--;
        }

        Messages.SnapshotDelta head = new()
        {
            Namespace = snapshot.Key.Namespace,
            Group = snapshot.Key.Group,
            Name = snapshot.Key.Name,
            Epoch = epoch.ToMessage(),
            BaseRevision = (ulong)baseRevision,
            Revision = (ulong)snapshot.Revision,
        };
        if (snapshot.Instances.IsEmpty)
        {
            head.EmptyReason = (Messages.EmptyReason)snapshot.EmptyCause;
        }

        List<Instance> upserted = [];
        HashSet<InstanceIdentity>? seen = first == intervals.Length - 1 ? null : [];

        // Newest first: the last state of an identity is the one that counts.
        for (int i = intervals.Length - 1; i >= first; i--)
        {
            foreach (InstanceChange change in intervals[i].Changes)
            {
                if (!filter.MayShow(change.Identity) || seen?.Add(change.Identity) == false)
                {
                    continue;
                }

                if (change.Now is { } now && filter.Accepts(now))
                {
                    upserted.Add(now);
                }
                else
                {
                    head.Removed.Add(KeyOf(change.Identity));
                }
            }
        }

        return SnapshotEncoder.Join(head, [.. upserted], filter);
    }

    private static Messages.InstanceKey KeyOf(InstanceIdentity identity) => new()
    {
        Ip = identity.Ip,
        Port = (uint)identity.Port,
        Cluster = identity.Cluster == Instance.DefaultCluster ? "" : identity.Cluster,
    };
}
