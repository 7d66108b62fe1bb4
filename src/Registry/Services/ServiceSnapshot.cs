using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Selection;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;
using Instance = FastRegistry.Registry.Instances.Instance;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Registry.Services;

/// <summary>The visible list of a service at a revision, with its encoded forms. Immutable but for the cache of those forms; any thread.</summary>
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
    private byte[]? _encodedAll;
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

    /// <summary>What led to this list, oldest first, without a gap; empty when it is not known or the list is provisional.</summary>
    public ChangeInterval[] Changes { get; init; } = [];

    /// <summary>What is set for the service; null = nothing, and then nothing is ever protected.</summary>
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
    public AddressLabels Labels { get; init; } = AddressLabels.None;

    /// <summary>Who saw it protected; null without metadata.</summary>
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

    /// <summary>What another surface keeps with the list, its own encoded forms: made by the first reader, gone with the list. Always asked for as one type.</summary>
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

    /// <summary>What brings a subscriber to this list: a delta when it has an earlier one, the log reaches back to it and it is worth it; else the list.</summary>
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

    /// <summary>A reader's filter, narrowed to its labels when the service has a selector.</summary>
    public InstanceFilter ViewOf(InstanceFilter filter, string? address) => Metadata?.Selector is { } selector ? selector.Narrow(filter, address, Labels) : filter;

    /// <summary>What a view shows.</summary>
    public InstanceSelection Select(InstanceFilter view)
    {
        InstanceSelection selection = InstanceSelection.Of(_instances, Metadata?.ProtectThreshold, Metadata?.Selector, view, Labels);
        Protection?.Note(view, selection.ProtectionReached);
        return selection;
    }

    /// <summary>What a view lets through, as the protobuf body of <c>Snapshot</c>. Shared: never changed after it was made.</summary>
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
}

/// <summary>Writes protobuf bodies that list instances, <c>Snapshot</c> above all, from the encoded forms its instances keep: one array, no message objects per instance.</summary>
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

    /// <summary>Bytes of all instances a selection shows, as fields of a list; a protected list as if none were healed, which is two bytes each at most.</summary>
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
