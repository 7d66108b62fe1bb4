using System.Collections.Immutable;
using FastRegistry.Client.Choosing;
using FastRegistry.Client.Services;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Client.Subscribing;

/// <summary>What a push does to a list.</summary>
internal enum PushEffect
{
    /// <summary>It leads to another list.</summary>
    Applied,

    /// <summary>The list is as new already.</summary>
    Old,

    /// <summary>It builds on a list that is not here: the subscription must be asked for again.</summary>
    DoesNotFit,
}

/// <summary>The list of a service at a version. Immutable; swapped as a whole; any thread reads it.</summary>
internal sealed class ServiceSnapshot
{
    // Instances that an earlier epoch has listed and this one has not, at the end of a provisional list: they may not be taken away yet.
    private readonly int _carried;

    // One number per listed instance, in their order; null = not known.
    private readonly ulong[]? _digests;

    private WeightedPicker? _picker;

    private ServiceSnapshot(in Listing listing, ImmutableArray<Instance> carried)
    {
        Version = listing.Version;
        Instances = carried.IsEmpty ? listing.Instances : listing.Instances.AddRange(carried);
        IsProvisional = listing.IsProvisional;
        EmptyReason = carried.IsEmpty ? listing.EmptyReason : EmptyReason.NotEmpty;
        ProtectionReached = listing.ProtectionReached;
        _carried = carried.Length;
        _digests = listing.Digests;
    }

    public ServiceVersion Version { get; }

    public ImmutableArray<Instance> Instances { get; }

    public bool IsProvisional { get; }

    public EmptyReason EmptyReason { get; }

    /// <summary>Too few instances are healthy, so the server lists all of them as healthy.</summary>
    public bool ProtectionReached { get; }

    /// <summary>Made by the first who picks, as most lists are never picked from; kept for all others. Two at once make equal ones.</summary>
    public WeightedPicker Picker => Volatile.Read(ref _picker) ?? MakePicker();

    private int Listed => Instances.Length - _carried;

    private ImmutableArray<Instance> Carried => _carried == 0 ? [] : Instances[Listed..];

    /// <summary>The list as a message says it, by itself.</summary>
    public static ServiceSnapshot From(Messages.Snapshot message) => new(Listing.Of(message, digests: null), []);

    /// <summary>What a whole list does to <paramref name="current"/>; null = there is none.</summary>
    /// <param name="current">The list that is shown.</param>
    /// <param name="message">The list.</param>
    /// <param name="digests">One number per instance of it; null = not known.</param>
    /// <param name="next">The list afterwards, when it was applied.</param>
    public static PushEffect Apply(ServiceSnapshot? current, Messages.Snapshot message, ulong[]? digests, out ServiceSnapshot? next) =>
        Show(current, Listing.Of(message, digests), out next);

    /// <summary>What a delta does, which must build on exactly the version of <paramref name="known"/>.</summary>
    /// <param name="current">The list that is shown.</param>
    /// <param name="known">The list that the server takes this client to have; null = none.</param>
    /// <param name="delta">The changes.</param>
    /// <param name="digests">One number per upserted instance; null = not known.</param>
    /// <param name="next">The list afterwards, when it was applied.</param>
    public static PushEffect Apply(
        ServiceSnapshot? current, ServiceSnapshot? known, Messages.SnapshotDelta delta, ulong[]? digests, out ServiceSnapshot? next)
    {
        next = null;
        ServiceVersion version = VersionOf(delta.Epoch, delta.Revision);
        if (current is not null && version.IsSameEpoch(current.Version) && version.Revision <= current.Version.Revision)
        {
            return PushEffect.Old;
        }

        if (known is null || !version.IsSameEpoch(known.Version) || delta.BaseRevision != known.Version.Revision)
        {
            return PushEffect.DoesNotFit;
        }

        (ImmutableArray<Instance> instances, ulong[]? patchedDigests) = known.Patch(delta, digests);
        return Show(
            current,
            new Listing(version, delta.Provisional, (EmptyReason)delta.EmptyReason, delta.ProtectionReached, instances, patchedDigests),
            out next);
    }

    /// <summary>What the news does that <paramref name="known"/> is the list of another version too.</summary>
    /// <param name="current">The list that is shown.</param>
    /// <param name="known">The list that the server takes this client to have; null = none.</param>
    /// <param name="message">The version.</param>
    /// <param name="next">The list afterwards, when it was applied.</param>
    public static PushEffect Apply(ServiceSnapshot? current, ServiceSnapshot? known, Messages.SnapshotUnchanged message, out ServiceSnapshot? next)
    {
        next = null;
        if (known is null)
        {
            return PushEffect.DoesNotFit;
        }

        ServiceVersion version = VersionOf(message.Epoch, message.Revision);
        ImmutableArray<Instance> listed = known._carried == 0 ? known.Instances : known.Instances[..known.Listed];
        return Show(
            current,
            new Listing(version, message.Provisional, (EmptyReason)message.EmptyReason, message.ProtectionReached, listed, known._digests),
            out next);
    }

    /// <summary>Whether <paramref name="message"/> is about the version of <paramref name="current"/>.</summary>
    public static bool IsAt(ServiceSnapshot? current, Messages.SnapshotUnchanged message) => current?.Version == VersionOf(message.Epoch, message.Revision);

    /// <summary>The list as the client names it to a server; null when its digest is not known.</summary>
    public Messages.HeldList? ToHeld() => _digests is null ? null : new Messages.HeldList
    {
        Epoch = new Messages.Epoch { Node = Version.Node, Incarnation = Version.Incarnation },
        Revision = Version.Revision,
        Count = (uint)Listed,
        Digest = InstanceDigests.Sum(_digests),
    };

    private static PushEffect Show(ServiceSnapshot? current, in Listing listing, out ServiceSnapshot? next)
    {
        next = null;
        if (current is null)
        {
            next = new ServiceSnapshot(listing, []);
            return PushEffect.Applied;
        }

        bool isSameEpoch = listing.Version.IsSameEpoch(current.Version);
        if (isSameEpoch && !IsNewer(listing, current))
        {
            return PushEffect.Old;
        }

        // A node that is still filling does not know everybody who was there before it started: they stay until it says that its list is complete.
        // Whom it has listed itself and lists no more is gone.
        next = new ServiceSnapshot(listing, listing.IsProvisional ? NotListed(isSameEpoch ? current.Carried : current.Instances, listing.Instances) : []);
        return PushEffect.Applied;
    }

    // The end of warm-up may come without any change of the list, hence at the same revision.
    private static bool IsNewer(in Listing listing, ServiceSnapshot current) =>
        listing.Version.Revision > current.Version.Revision
        || (listing.Version.Revision == current.Version.Revision && current.IsProvisional && !listing.IsProvisional);

    private static ImmutableArray<Instance> NotListed(ImmutableArray<Instance> before, ImmutableArray<Instance> listed)
    {
        HashSet<InstanceIdentity> identities = [.. listed.Select(static instance => instance.Identity)];
        return [.. before.Where(instance => !identities.Contains(instance.Identity))];
    }

    private static ServiceVersion VersionOf(Messages.Epoch? epoch, ulong revision) => new(epoch?.Node ?? 0, epoch?.Incarnation ?? 0, revision);

    /// <summary>The listed instances, without carried ones, after a delta.</summary>
    private (ImmutableArray<Instance> Instances, ulong[]? Digests) Patch(Messages.SnapshotDelta delta, ulong[]? digests)
    {
        Dictionary<InstanceIdentity, (Instance? Instance, ulong Digest)> changes = new(delta.Upserted.Count + delta.Removed.Count);
        foreach (Messages.InstanceKey key in delta.Removed)
        {
            changes[key.ToIdentity()] = default;
        }

        for (int i = 0; i < delta.Upserted.Count; i++)
        {
            Instance instance = delta.Upserted[i].ToInstance();
            changes[instance.Identity] = (instance, digests?[i] ?? 0);
        }

        int listed = Listed;
        ImmutableArray<Instance>.Builder patched = ImmutableArray.CreateBuilder<Instance>(listed + delta.Upserted.Count);
        List<ulong> patchedDigests = new(listed + delta.Upserted.Count);
        for (int i = 0; i < listed; i++)
        {
            // Changed ones keep their place; what is left afterwards is new. What was to be removed and is not there needs nothing.
            if (!changes.Remove(Instances[i].Identity, out (Instance? Instance, ulong Digest) now))
            {
                now = (Instances[i], _digests?[i] ?? 0);
            }

            Add(now);
        }

        foreach ((Instance? Instance, ulong Digest) added in changes.Values)
        {
            Add(added);
        }

        return (patched.DrainToImmutable(), _digests is null || digests is null ? null : [.. patchedDigests]);

        void Add((Instance? Instance, ulong Digest) now)
        {
            if (now.Instance is not null)
            {
                patched.Add(now.Instance);
                patchedDigests.Add(now.Digest);
            }
        }
    }

    private WeightedPicker MakePicker()
    {
        WeightedPicker made = new(Instances);
        return Interlocked.CompareExchange(ref _picker, made, null) ?? made;
    }

    /// <summary>A list as a server lists it.</summary>
    private readonly record struct Listing(
        ServiceVersion Version,
        bool IsProvisional,
        EmptyReason EmptyReason,
        bool ProtectionReached,
        ImmutableArray<Instance> Instances,
        ulong[]? Digests)
    {
        public static Listing Of(Messages.Snapshot message, ulong[]? digests) => new(
            VersionOf(message.Epoch, message.Revision),
            message.Provisional,
            (EmptyReason)message.EmptyReason,
            message.ProtectionReached,
            message.Instances.ToInstances(),
            digests);
    }
}
