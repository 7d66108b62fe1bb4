using System.Collections.Immutable;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Client.Subscribing;

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

    /// <summary>Made by the first who picks, as most lists are never picked from; kept for all others. Two at once make equal ones.</summary>
    public WeightedPicker Picker => Volatile.Read(ref _picker) ?? MakePicker();

    /// <summary>The list as a message says it, by itself.</summary>
    public static ServiceSnapshot From(Messages.Snapshot message) => new(
        VersionOf(message), message.Instances.ToInstances(), message.Provisional, (EmptyReason)message.EmptyReason);

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
        return new ServiceSnapshot(version, listed.AddRange(carried), isProvisional: true, emptyReason) { _carried = carried };
    }

    private static ServiceVersion VersionOf(Messages.Snapshot message) =>
        new(message.Epoch?.Node ?? 0, message.Epoch?.Incarnation ?? 0, message.Revision);

    private WeightedPicker MakePicker()
    {
        WeightedPicker made = new(Instances);
        return Interlocked.CompareExchange(ref _picker, made, null) ?? made;
    }
}
