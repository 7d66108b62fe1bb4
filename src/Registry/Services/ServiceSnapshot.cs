using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Selection;
using FastRegistry.Wire.Framing;
using Google.Protobuf;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Registry.Services;

/// <summary>The visible list of a service at a revision, with its encoded forms. Immutable but for the cache of those forms; any
/// thread. What a filter shows of a list is an <see cref="InstanceSelection"/>, below.</summary>
internal sealed class ServiceSnapshot
{
    // Filters beyond this many per service are encoded per call: a bound on memory, not on use.
    private const int MaximumCachedFilters = 8;

    // The same for deltas: pairs of base and filter.
    private const int MaximumCachedDeltas = 32;

    // A list below this is as cheap as its delta.
    private const int SmallestListWithDeltasBytes = 512;

    private readonly Instance[] _instances;

    // Copy on write; losing a race costs an encoding, never a wrong body.
    private EncodedList[] _encoded = [];
    private EncodedDelta[] _deltas = [];
    private EncodedDigest[] _digests = [];
    private byte[]? _encodedAll;
    private byte[]? _unchanged;
    private int _measuredAll;
    private bool _isWritten;
    private object? _otherForms;

    public ServiceSnapshot(ServiceKey key, NodeEpoch epoch, long revision, long changedAt, bool provisional, EmptyCause emptyCause, Instance[] instances)
    {
        Key = key;
        Epoch = epoch;
        Revision = revision;
        ChangedAtMicroseconds = changedAt;
        IsProvisional = provisional;
        EmptyCause = emptyCause;
        _instances = instances;
    }

    public ServiceKey Key { get; }

    public NodeEpoch Epoch { get; }

    public long Revision { get; }

    public long ChangedAtMicroseconds { get; }

    public bool IsProvisional { get; }

    public EmptyCause EmptyCause { get; }

    /// <summary>Every listed instance, disabled ones included.</summary>
    public ReadOnlySpan<Instance> Instances => _instances;

    /// <summary>The changes that led to this list, oldest first, without a gap; empty when it is not known or the list is provisional.</summary>
    public ChangeInterval[] Changes { get; init; } = [];

    /// <summary>The highest revision that a list of this epoch may have been sent at while lists were provisional; 0 = none was.</summary>
    public long ProvisionalUntil { get; init; }

    /// <summary>The metadata of the service; null = none, and then nothing is ever protected.</summary>
    public ServiceMetadata? Metadata
    {
        get;
        init
        {
            field = value;
            Protection = value is null ? null : new ProtectionLog();
        }
    }

    /// <summary>For its selector.</summary>
    public required AddressLabels Labels { get; init; }

    /// <summary>Records which filters saw it protected; null without metadata.</summary>
    public ProtectionLog? Protection { get; private init; }

    /// <summary>Set before it is written to a subscriber, for whom it is the base of the next delta.</summary>
    public bool IsWritten => Volatile.Read(ref _isWritten);

    /// <summary>See <see cref="IsWritten"/>.</summary>
    public void MarkWritten()
    {
        if (!IsWritten)
        {
            Volatile.Write(ref _isWritten, true);
        }
    }

    /// <summary>Holds the encoded forms of another surface for as long as the list lives; the first reader makes them. Always asked for as one type.</summary>
    public T OtherForms<T>()
        where T : class, new()
    {
        if (Volatile.Read(ref _otherForms) is not { } forms)
        {
            T made = new();
            forms = Interlocked.CompareExchange(ref _otherForms, made, null) ?? made;
        }

        return (T)forms;
    }

    /// <summary>Encodes the push that brings a subscriber to this list: a delta when it has an earlier list, the log reaches back to that and the delta is
    /// much smaller; else the list.</summary>
    /// <param name="deltaBase">Revision the subscriber has; 0 = the whole list.</param>
    /// <param name="filter">The subscriber's.</param>
    /// <param name="address">The subscriber's, for a selector; null = unknown.</param>
    public EncodedPush EncodePush(long deltaBase, InstanceFilter filter, string? address = null)
    {
        // What a selector shows depends on labels, which change without the list: no differences then.
        bool selects = Metadata?.Selector is not null;
        return deltaBase > 0 && Changes.Length > 0 && !selects && DeltaFrom(deltaBase, filter) is { } delta
            ? new EncodedPush(MessageType.DeltaPush, delta)
            : new EncodedPush(MessageType.SnapshotPush, Encode(ViewOf(filter, address)));
    }

    /// <summary>Encodes the push that brings a client to this list from the one it says it holds: "unchanged", a delta, or the list.</summary>
    /// <param name="held">What the client holds; <see cref="HeldList.None"/> = nothing.</param>
    /// <param name="filter">The subscriber's.</param>
    /// <param name="address">The subscriber's, for a selector; null = unknown.</param>
    public EncodedPush EncodePush(HeldList held, InstanceFilter filter, string? address)
    {
        InstanceFilter view = ViewOf(filter, address);
        if (held.Count >= 0 && held.Count <= _instances.Length && DigestOf(view) is var digest && digest.Count == held.Count && digest.Digest == held.Digest)
        {
            return EncodeUnchanged(view);
        }

        // A client may hold more than the node has sent it while lists were provisional: no differences on those.
        bool isDeltaBase = held.Epoch == Epoch && held.Revision > ProvisionalUntil && !IsProvisional;
        return EncodePush(isDeltaBase ? held.Revision : 0, filter, address);
    }

    /// <summary>Encodes the push that says: the list written last is this one.</summary>
    public EncodedPush EncodeUnchanged(InstanceFilter filter, string? address) => EncodeUnchanged(ViewOf(filter, address));

    /// <summary>Instances that a view shows, and the sum of the hashes of their messages as they stand in its list. Made once per view.</summary>
    public (int Count, ulong Digest) DigestOf(InstanceFilter view)
    {
        EncodedDigest[] cached = Volatile.Read(ref _digests);
        foreach (EncodedDigest known in cached)
        {
            if (known.Filter.Equals(view))
            {
                return (known.Count, known.Digest);
            }
        }

        InstanceSelection selection = Select(view);
        int count = 0;
        ulong digest = 0;
        foreach (Instance instance in _instances)
        {
            if (selection.Shows(instance))
            {
                count++;
                digest = unchecked(digest + ListDigest.OfInstance(selection.Seen(instance).Encoded));
            }
        }

        if (cached.Length < MaximumCachedFilters)
        {
            Volatile.Write(ref _digests, [.. cached, new EncodedDigest(view, count, digest)]);
        }

        return (count, digest);
    }

    /// <summary>A reader's filter, narrowed to its labels when the service has a selector.</summary>
    public InstanceFilter ViewOf(InstanceFilter filter, string? address) => Metadata?.Selector is { } selector ? selector.Narrow(filter, address, Labels) : filter;

    /// <summary>Selects the instances that a view shows.</summary>
    public InstanceSelection Select(InstanceFilter view)
    {
        InstanceSelection selection = InstanceSelection.Of(_instances, Metadata?.ProtectThreshold, Metadata?.Selector, view, Labels);
        Protection?.Note(view, selection.ProtectionReached);
        return selection;
    }

    /// <summary>Encodes the instances that a view shows as the protobuf body of <c>Snapshot</c>. Shared: never changed after it was made.</summary>
    public byte[] Encode(InstanceFilter view)
    {
        if (ReferenceEquals(view, InstanceFilter.All))
        {
            return _encodedAll ??= SnapshotEncoder.Encode(this, Select(view));
        }

        EncodedList[] cached = Volatile.Read(ref _encoded);
        foreach (EncodedList list in cached)
        {
            if (list.Filter.Equals(view))
            {
                return list.Body;
            }
        }

        byte[] body = SnapshotEncoder.Encode(this, Select(view));
        if (cached.Length < MaximumCachedFilters)
        {
            Volatile.Write(ref _encoded, [.. cached, new EncodedList(view, body)]);
        }

        return body;
    }

    /// <summary>True when the list for everyone is encoded already, so that an answer costs nothing but a reference.</summary>
    public bool IsEncoded => _encodedAll is not null;

    private EncodedPush EncodeUnchanged(InstanceFilter view)
    {
        bool isProtected = Select(view).ProtectionReached;
        byte[] body = isProtected ? Encode(isProtected: true) : _unchanged ??= Encode(isProtected: false);
        return new EncodedPush(MessageType.UnchangedPush, body);

        byte[] Encode(bool isProtected) => new Messages.SnapshotUnchanged
        {
            Epoch = Epoch.ToMessage(),
            Revision = (ulong)Revision,
            Provisional = IsProvisional,
            EmptyReason = _instances.Length == 0 ? (Messages.EmptyReason)EmptyCause : Messages.EmptyReason.NotEmpty,
            ProtectionReached = isProtected,
        }.ToByteArray();
    }

    private byte[]? DeltaFrom(long deltaBase, InstanceFilter filter)
    {
        EncodedDelta[] cached = Volatile.Read(ref _deltas);
        foreach (EncodedDelta delta in cached)
        {
            if (delta.Base == deltaBase && delta.Filter.Equals(filter))
            {
                return delta.Body;
            }
        }

        byte[]? body = TryEncodeDelta(deltaBase, filter);
        if (cached.Length < MaximumCachedDeltas)
        {
            Volatile.Write(ref _deltas, [.. cached, new EncodedDelta(deltaBase, filter, body)]);
        }

        return body;
    }

    private byte[]? TryEncodeDelta(long deltaBase, InstanceFilter filter)
    {
        InstanceSelection selection = Select(filter);
        int listBytes = Measure(filter, selection);
        return listBytes >= SmallestListWithDeltasBytes
            && DeltaEncoder.TryEncode(this, deltaBase, filter, selection) is { } body
            && body.Length < listBytes / 2
            ? body
            : null;
    }

    // Without encoding the list: whoever gets deltas has no use for it.
    private int Measure(InstanceFilter filter, InstanceSelection selection)
    {
        if (!ReferenceEquals(filter, InstanceFilter.All))
        {
            return SnapshotEncoder.Measure(_instances, selection);
        }

        return _measuredAll > 0 ? _measuredAll : _measuredAll = SnapshotEncoder.Measure(_instances, selection);
    }

    /// <summary>A body, or null where the whole list is better.</summary>
    private sealed record EncodedDelta(long Base, InstanceFilter Filter, byte[]? Body);

    private sealed record EncodedList(InstanceFilter Filter, byte[] Body);

    private sealed record EncodedDigest(InstanceFilter Filter, int Count, ulong Digest);
}

/// <summary>Writes protobuf bodies that list instances, <c>Snapshot</c> above all, from the encoded forms its instances keep: one array, no message objects
/// per instance.</summary>
internal static class SnapshotEncoder
{
    // field 9, length-delimited; the same field in a delta
    private const byte InstancesTag = (Messages.Snapshot.InstancesFieldNumber << 3) | 2;

    public static byte[] Encode(ServiceSnapshot snapshot, InstanceSelection selection)
    {
        Messages.Snapshot head = new()
        {
            Namespace = snapshot.Key.Namespace,
            Group = snapshot.Key.Group,
            Name = snapshot.Key.Name,
            Epoch = snapshot.Epoch.ToMessage(),
            Revision = (ulong)snapshot.Revision,
            Provisional = snapshot.IsProvisional,
            ProtectionReached = selection.ProtectionReached,
        };
        if (snapshot.Instances.IsEmpty)
        {
            head.EmptyReason = (Messages.EmptyReason)snapshot.EmptyCause;
        }

        return Join(head, snapshot.Instances, selection);
    }

    /// <summary>Bytes of all instances a selection shows, as fields of a list; a protected list as if none were healed, which is two bytes each at
    /// most.</summary>
    public static int Measure(ReadOnlySpan<Instance> instances, InstanceSelection selection)
    {
        int bytes = 0;
        foreach (Instance instance in instances)
        {
            if (selection.Shows(instance))
            {
                int length = instance.Encoded.Length;
                bytes += 1 + CodedOutputStream.ComputeLengthSize(length) + length;
            }
        }

        return bytes;
    }

    /// <summary>A message and, behind its own fields, the instances a selection shows, as it shows them.</summary>
    public static byte[] Join(IMessage head, ReadOnlySpan<Instance> instances, InstanceSelection selection)
    {
        if (selection.ProtectionReached)
        {
            // Copies for the time of the encoding: some instances look healthier than they are.
            instances = Seen(instances, selection);
        }

        int headBytes = head.CalculateSize();
        byte[] body = GC.AllocateUninitializedArray<byte>(headBytes + Measure(instances, selection));
        head.WriteTo(body.AsSpan(0, headBytes));
        Span<byte> rest = body.AsSpan(headBytes);
        foreach (Instance instance in instances)
        {
            if (selection.Shows(instance))
            {
                ReadOnlySpan<byte> encoded = instance.Encoded;
                rest[0] = InstancesTag;
                rest = rest[(1 + WriteLength(rest[1..], encoded.Length))..];
                encoded.CopyTo(rest);
                rest = rest[encoded.Length..];
            }
        }

        return body;
    }

    private static Instance[] Seen(ReadOnlySpan<Instance> instances, InstanceSelection selection)
    {
        Instance[] seen = new Instance[instances.Length];
        for (int i = 0; i < seen.Length; i++)
        {
            seen[i] = selection.Seen(instances[i]);
        }

        return seen;
    }

    private static int WriteLength(Span<byte> destination, int length)
    {
        int written = 0;
        uint rest = (uint)length;
        while (rest >= 0x80)
        {
            destination[written++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        destination[written++] = (byte)rest;
        return written;
    }
}

/// <summary>Decides which instances of a list a filter shows: by cluster, enabled, selector, protection and health, in this order.</summary>
/// <remarks>
/// <para>Immutable. The rule is that of Nacos (internals §5.6) with W31 mended: whether the protection threshold is reached is decided over all enabled
/// instances of the clusters asked for, before unhealthy ones are left out. So a reader that wants healthy ones only gets all of a protected list.</para>
/// <para>Nothing is copied in the usual case, where a predicate is enough.</para>
/// </remarks>
internal sealed class InstanceSelection
{
    private readonly InstanceFilter _filter;
    private readonly LabelSelector? _selector;
    private readonly AddressLabels _labels;

    private InstanceSelection(InstanceFilter filter, LabelSelector? selector, AddressLabels labels, bool protectionReached)
    {
        _filter = filter;
        _selector = selector;
        _labels = labels;
        ProtectionReached = protectionReached;
    }

    /// <summary>Every enabled instance, as it is.</summary>
    public static InstanceSelection All { get; } = new(InstanceFilter.All, null, AddressLabels.None, protectionReached: false);

    /// <summary>Too few are healthy: all are shown, as healthy.</summary>
    public bool ProtectionReached { get; }

    /// <summary>Decides what is shown. Without metadata in O(1), else in one or two passes over the list.</summary>
    /// <param name="instances">The list.</param>
    /// <param name="protectThreshold">That of the service; null = it has no metadata, and then nothing is ever protected or selected.</param>
    /// <param name="selector">That of the service; null = none.</param>
    /// <param name="filter">The reader's.</param>
    /// <param name="labels">For the selector.</param>
    public static InstanceSelection Of(
        ReadOnlySpan<Instance> instances, double? protectThreshold, LabelSelector? selector, InstanceFilter filter, AddressLabels labels)
    {
        if (protectThreshold is not { } threshold)
        {
            return ReferenceEquals(filter, InstanceFilter.All) ? All : new InstanceSelection(filter, null, labels, protectionReached: false);
        }

        selector = filter.LabelValues.IsEmpty ? null : selector;
        (int kept, int healthy) = Count(instances, filter, selector, labels);
        if (selector is not null && kept == 0)
        {
            // A selector prefers; it never empties a list.
            selector = null;
            (kept, healthy) = Count(instances, filter, null, labels);
        }

        bool reached = kept > 0 && (double)healthy / kept <= Math.Max(0, threshold);
        return new InstanceSelection(filter, selector, labels, reached);
    }

    /// <summary>True when an instance is shown.</summary>
    public bool Shows(Instance instance) => MayShow(instance) && (instance.Healthy || !_filter.HealthyOnly || ProtectionReached);

    /// <summary>Returns a shown instance as readers see it.</summary>
    public Instance Seen(Instance instance) => ProtectionReached && !instance.Healthy ? instance.AsHealthy() : instance;

    private static (int Kept, int Healthy) Count(ReadOnlySpan<Instance> instances, InstanceFilter filter, LabelSelector? selector, AddressLabels labels)
    {
        (int Kept, int Healthy) count = (0, 0);
        foreach (Instance instance in instances)
        {
            if (filter.MayShow(instance) && (selector is null || selector.Matches(filter.LabelValues, instance.Identity.Ip, labels)))
            {
                count.Kept++;
                count.Healthy += instance.Healthy ? 1 : 0;
            }
        }

        return count;
    }

    private bool MayShow(Instance instance) =>
        _filter.MayShow(instance) && (_selector is null || _selector.Matches(_filter.LabelValues, instance.Identity.Ip, _labels));
}

/// <summary>Records which filters saw a list of a service with metadata protected and which did not, so that a later delta knows what its receiver
/// has.</summary>
/// <remarks>Copy on write; any thread. Bounded: filters beyond <see cref="MaximumFilters"/> are not remembered, and whoever has one gets every unhealthy
/// instance named in its delta.</remarks>
internal sealed class ProtectionLog
{
    private const int MaximumFilters = 8;

    private (InstanceFilter Filter, bool Reached)[] _seen = [];

    public void Note(InstanceFilter filter, bool reached)
    {
        (InstanceFilter Filter, bool Reached)[] seen = Volatile.Read(ref _seen);
        if (Find(filter) is null && seen.Length < MaximumFilters)
        {
            // A lost race forgets one filter, which costs bytes, never a wrong list.
            Volatile.Write(ref _seen, [.. seen, (filter, reached)]);
        }
    }

    /// <summary>Null when it is not known.</summary>
    public bool? Find(InstanceFilter filter)
    {
        foreach ((InstanceFilter seen, bool reached) in Volatile.Read(ref _seen))
        {
            if (seen.Equals(filter))
            {
                return reached;
            }
        }

        return null;
    }
}

/// <summary>One life of this node: its stable id and the time it started.</summary>
/// <param name="Node">Hash of the node's configured id.</param>
/// <param name="Incarnation">Start time, Unix milliseconds.</param>
internal readonly record struct NodeEpoch(ulong Node, ulong Incarnation)
{
    public Messages.Epoch ToMessage() => new() { Node = Node, Incarnation = Incarnation };
}
