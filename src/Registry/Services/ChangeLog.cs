using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Selection;

namespace FastRegistry.Registry.Services;

/// <summary>Which identities of a service changed since its last lists, so that subscribers can be sent the difference.</summary>
/// <remarks>
/// Part of a <see cref="ServiceEntry"/>, guarded by its gate; kept only while the service has subscribers. A write costs one insertion into a set, whatever the
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
    /// <param name="service">Whose it is; the caller holds its gate.</param>
    public ChangeInterval[] BuildHoldingGate(long revision, ServiceEntry service)
    {
        if (_since == Unknown)
        {
            return [];
        }

        InstanceChange[] changes = new InstanceChange[_changed.Count];
        int count = 0;
        foreach (InstanceIdentity identity in _changed)
        {
            changes[count++] = new InstanceChange(identity, service.Listing.ShownHoldingGate(identity));
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
