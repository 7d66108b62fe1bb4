using FastRegistry.Registry.Instances;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Registry.Services;

/// <summary>Writes the protobuf body of a <c>SnapshotDelta</c> from the changes a snapshot remembers.</summary>
internal static class DeltaEncoder
{
    /// <summary>The delta from an older list to a snapshot, as a filter shows both; null when the snapshot does not reach back that far.</summary>
    public static byte[]? TryEncode(ServiceSnapshot snapshot, long baseRevision, InstanceFilter filter, InstanceSelection selection)
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
            Epoch = snapshot.Epoch.ToMessage(),
            BaseRevision = (ulong)baseRevision,
            Revision = (ulong)snapshot.Revision,
            ProtectionReached = selection.ProtectionReached,
        };
        if (snapshot.Instances.IsEmpty)
        {
            head.EmptyReason = (Messages.EmptyReason)snapshot.EmptyCause;
        }

        List<Instance> upserted = [];
        bool unhealthyDiffer = snapshot.Protection is not null && ProtectedAt(baseRevision, intervals[first], filter) != selection.ProtectionReached;
        HashSet<InstanceIdentity>? seen = first == intervals.Length - 1 && !unhealthyDiffer ? null : [];

        // Newest first: the last state of an identity is the one that counts.
        for (int i = intervals.Length - 1; i >= first; i--)
        {
            foreach (InstanceChange change in intervals[i].Changes)
            {
                if (filter.MayShow(change.Identity) && seen?.Add(change.Identity) != false)
                {
                    Add(head, upserted, change, selection);
                }
            }
        }

        if (unhealthyDiffer)
        {
            // The receiver has them healthy and must not, or the other way round, though nobody changed them.
            foreach (Instance instance in snapshot.Instances)
            {
                if (!instance.Healthy && filter.MayShow(instance) && seen!.Add(instance.Identity))
                {
                    Add(head, upserted, new InstanceChange(instance.Identity, instance), selection);
                }
            }
        }

        return SnapshotEncoder.Join(head, [.. upserted], selection);
    }

    /// <summary>True when the receiver's list is protected; null when that is not known.</summary>
    private static bool? ProtectedAt(long baseRevision, ChangeInterval interval, InstanceFilter filter)
    {
        if (interval.From != baseRevision)
        {
            return null;
        }

        return interval.Protection is null ? false : interval.Protection.Find(filter);
    }

    private static void Add(Messages.SnapshotDelta head, List<Instance> upserted, in InstanceChange change, InstanceSelection selection)
    {
        if (change.Now is { } now && selection.Shows(now))
        {
            upserted.Add(now);
        }
        else
        {
            head.Removed.Add(KeyOf(change.Identity));
        }
    }

    private static Messages.InstanceKey KeyOf(InstanceIdentity identity) => new()
    {
        Ip = identity.Ip,
        Port = (uint)identity.Port,
        Cluster = identity.Cluster == Instance.DefaultCluster ? "" : identity.Cluster,
    };
}
