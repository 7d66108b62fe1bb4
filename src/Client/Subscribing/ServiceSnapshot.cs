using System.Collections.Immutable;
using FastRegistry.Client.Choosing;
using FastRegistry.Client.Services;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Client.Subscribing;

/// <summary>What a delta does to a list.</summary>
internal enum DeltaOutcome
{
    /// <summary>It leads from this list to a newer one.</summary>
    Applied,

    /// <summary>The list is as new already.</summary>
    Old,

    /// <summary>It builds on another list: a whole one must be asked for.</summary>
    DoesNotFit,
}

/// <summary>The list of a service at a version. Immutable; swapped as a whole; any thread reads it.</summary>
internal sealed class ServiceSnapshot(ServiceVersion version, ImmutableArray<Instance> instances, bool isProvisional, EmptyReason emptyReason)
{
    // Instances only an earlier epoch has listed; those of a provisional list that may not be taken away yet.
    private ImmutableArray<Instance> _carried = [];

    private WeightedPicker? _picker;

    public ServiceVersion Version { get; } = version;

    public ImmutableArray<Instance> Instances { get; } = instances;

    public bool IsProvisional { get; } = isProvisional;

    public EmptyReason EmptyReason { get; } = emptyReason;

    /// <summary>Too few instances are healthy, so the server lists all of them as healthy.</summary>
    public bool ProtectionReached { get; init; }

    /// <summary>Made by the first who picks, as most lists are never picked from; kept for all others. Two at once make equal ones.</summary>
    public WeightedPicker Picker => Volatile.Read(ref _picker) ?? MakePicker();

    /// <summary>The list as a message says it, by itself.</summary>
    public static ServiceSnapshot From(Messages.Snapshot message) => new(
        VersionOf(message), message.Instances.ToInstances(), message.Provisional, (EmptyReason)message.EmptyReason)
    {
        ProtectionReached = message.ProtectionReached,
    };

    /// <summary>The list after <paramref name="message"/>; null when the message brings nothing newer.</summary>
    public static ServiceSnapshot? Next(ServiceSnapshot? current, Messages.Snapshot message)
    {
        if (current is null)
        {
            return From(message);
        }

        ServiceVersion version = VersionOf(message);
        if (version.IsSameEpoch(current.Version) && !IsNewer(version, message.Provisional, current))
        {
            return null;
        }

        // A node that is still filling does not know everybody who was there before it started: they stay until it says that its list is complete.
        // Whom it has listed itself and lists no more is gone.
        return message.Provisional
            ? Merge(message, version, version.IsSameEpoch(current.Version) ? current._carried : current.Instances)
            : From(message);
    }

    /// <summary>The list after a delta, which must build on exactly this version.</summary>
    /// <param name="current">The list so far; null = none.</param>
    /// <param name="delta">The changes.</param>
    /// <param name="next">The newer list, when it was applied.</param>
    public static DeltaOutcome Apply(ServiceSnapshot? current, Messages.SnapshotDelta delta, out ServiceSnapshot? next)
    {
        next = null;
        ServiceVersion version = VersionOf(delta);
        if (current is null || !version.IsSameEpoch(current.Version))
        {
            return DeltaOutcome.DoesNotFit;
        }

        if (version.Revision <= current.Version.Revision)
        {
            return DeltaOutcome.Old;
        }

        // A provisional list holds instances that the server's own does not have.
        if (delta.BaseRevision != current.Version.Revision || current.IsProvisional || delta.Provisional)
        {
            return DeltaOutcome.DoesNotFit;
        }

        next = new ServiceSnapshot(version, Patch(current.Instances, delta), isProvisional: false, (EmptyReason)delta.EmptyReason)
        {
            ProtectionReached = delta.ProtectionReached,
        };
        return DeltaOutcome.Applied;
    }

    /// <summary>The version a delta leads to.</summary>
    public static ServiceVersion VersionOf(Messages.SnapshotDelta delta) =>
        new(delta.Epoch?.Node ?? 0, delta.Epoch?.Incarnation ?? 0, delta.Revision);

    // The end of warm-up may come without any change of the list, hence at the same revision.
    private static bool IsNewer(ServiceVersion version, bool provisional, ServiceSnapshot current) =>
        version.Revision > current.Version.Revision
        || (version.Revision == current.Version.Revision && current.IsProvisional && !provisional);

    private static ServiceSnapshot Merge(Messages.Snapshot message, ServiceVersion version, ImmutableArray<Instance> before)
    {
        ImmutableArray<Instance> listed = message.Instances.ToInstances();
        HashSet<InstanceIdentity> identities = [.. listed.Select(static instance => instance.Identity)];
        ImmutableArray<Instance> carried = [.. before.Where(instance => !identities.Contains(instance.Identity))];
        EmptyReason emptyReason = carried.IsEmpty ? (EmptyReason)message.EmptyReason : EmptyReason.NotEmpty;
        return new ServiceSnapshot(version, listed.AddRange(carried), isProvisional: true, emptyReason) { _carried = carried, ProtectionReached = message.ProtectionReached };
    }

    private static ImmutableArray<Instance> Patch(ImmutableArray<Instance> instances, Messages.SnapshotDelta delta)
    {
        Dictionary<InstanceIdentity, Instance?> changes = new(delta.Upserted.Count + delta.Removed.Count);
        foreach (Messages.InstanceKey key in delta.Removed)
        {
            changes[key.ToIdentity()] = null;
        }

        foreach (Messages.Instance upserted in delta.Upserted)
        {
            Instance instance = upserted.ToInstance();
            changes[instance.Identity] = instance;
        }

        ImmutableArray<Instance>.Builder patched = ImmutableArray.CreateBuilder<Instance>(instances.Length + delta.Upserted.Count);
        foreach (Instance instance in instances)
        {
            // Changed ones keep their place; what is left afterwards is new. What was to be removed and is not there needs nothing.
            if (!changes.Remove(instance.Identity, out Instance? now))
            {
                patched.Add(instance);
            }
            else if (now is not null)
            {
                patched.Add(now);
            }
        }

        foreach (Instance? added in changes.Values)
        {
            if (added is not null)
            {
                patched.Add(added);
            }
        }

        return patched.DrainToImmutable();
    }

    private static ServiceVersion VersionOf(Messages.Snapshot message) =>
        new(message.Epoch?.Node ?? 0, message.Epoch?.Incarnation ?? 0, message.Revision);

    private WeightedPicker MakePicker()
    {
        WeightedPicker made = new(Instances);
        return Interlocked.CompareExchange(ref _picker, made, null) ?? made;
    }
}
