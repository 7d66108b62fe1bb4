using FastRegistry.Registry.Instances;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Registry.Services;

/// <summary>Records the identities of a service that changed since its last lists, so that subscribers can be sent the difference.</summary>
/// <remarks>
/// Part of a <see cref="ServiceEntry"/>, guarded by its lock; kept only while the service has subscribers. A write costs one insertion into a set, whatever the
/// size of the service; the states are looked up when the next list is built. Bounds: <see cref="MaximumIntervals"/>, <see cref="MaximumChanges"/> for all but
/// the newest interval, <see cref="MaximumUnbuilt"/> for the newest. What does not fit is forgotten, and whoever has an older list gets a whole one.
/// </remarks>
internal sealed class ChangeLog
{
    public const int MaximumIntervals = 16;

    /// <summary>64 KiB of <see cref="InstanceChange"/>.</summary>
    public const int MaximumChanges = 2048;

    /// <summary>More changes than this between two lists are a new list.</summary>
    public const int MaximumUnbuilt = 16_384;

    // A set that grew beyond this is not kept: clearing it would cost more than a new one.
    private const int LargestKeptSet = 256;
    private const long Unknown = -1;

    private HashSet<InstanceIdentity> _changed = [];
    private ChangeInterval[] _closed = [];
    private long _since = Unknown;
    private long _overflowedAt = Unknown;
    private ProtectionLog? _sinceProtection;

    /// <summary>Notes a change of what is listed under an identity.</summary>
    /// <param name="identity">Which.</param>
    /// <param name="snapshot">The last list that was built.</param>
    /// <param name="revision">Of the service before the change.</param>
    public void Record(InstanceIdentity identity, ServiceSnapshot? snapshot, long revision)
    {
        // A list that only readers saw is nobody's base: its interval goes on, else queries would use the intervals up.
        // Nor is one whose changes have overflowed: what was noted before the overflow, in the same operation, is lost.
        if (snapshot is { IsProvisional: false } && snapshot.Revision == revision && _since != revision && _overflowedAt != revision
            && (_since == Unknown || snapshot.IsWritten))
        {
            _closed = snapshot.Changes;
            _since = revision;
            _sinceProtection = snapshot.Protection;
            ClearSet();
        }

        if (_since != Unknown && _changed.Add(identity) && _changed.Count > MaximumUnbuilt)
        {
            _since = Unknown;
            _overflowedAt = revision;
            ClearSet();
        }
    }

    /// <summary>The intervals that lead to a list, oldest first; empty when nothing is known.</summary>
    /// <param name="revision">Of the list.</param>
    /// <param name="service">Whose it is; the caller holds its lock.</param>
    public ChangeInterval[] BuildLocked(long revision, ServiceEntry service)
    {
        if (_since == Unknown)
        {
            return [];
        }

        InstanceChange[] changes = new InstanceChange[_changed.Count];
        int count = 0;
        foreach (InstanceIdentity identity in _changed)
        {
            changes[count++] = new InstanceChange(identity, service.ShownLocked(identity));
        }

        int first = _closed.Length;
        int total = count;
        while (first > 0 && _closed.Length - first < MaximumIntervals - 1 && total + _closed[first - 1].Changes.Length <= MaximumChanges)
        {
            total += _closed[--first].Changes.Length;
        }

        return [.. _closed.AsSpan(first), new ChangeInterval(_since, revision, changes, _sinceProtection)];
    }

    private void ClearSet()
    {
        if (_changed.Count > LargestKeptSet)
        {
            _changed = [];
        }
        else
        {
            _changed.Clear();
        }
    }
}

/// <summary>Everything that changed in a list between two revisions. Immutable.</summary>
/// <remarks>The changes are states at the end, so they lead from any revision inside the interval to its end, not only from its beginning.</remarks>
/// <param name="From">Revision of the older list.</param>
/// <param name="To">Revision of the newer list.</param>
/// <param name="Changes">Each identity once. An identity that changed and changed back may be among them.</param>
/// <param name="Protection">Records which filters saw the older list protected; null = none, its service had no metadata.</param>
internal sealed record ChangeInterval(long From, long To, InstanceChange[] Changes, ProtectionLog? Protection = null);

/// <summary>The change of an identity in an interval.</summary>
/// <param name="Identity">Which one.</param>
/// <param name="Now">As it is listed at the end of the interval; null = not any more.</param>
internal readonly record struct InstanceChange(InstanceIdentity Identity, Instance? Now);

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
