namespace FastRegistry.Server.Registry;

/// <summary>The visible list of a service at a revision, with its encoded forms. Immutable but for the cache of those forms; any thread.</summary>
internal sealed class ServiceSnapshot
{
    // Filters beyond this many per service are encoded per call: a bound on memory, not on use.
    private const int MaximumCachedFilters = 8;

    private readonly NodeEpoch _epoch;
    private readonly Instance[] _instances;

    // Copy on write; losing a race costs an encoding, never a wrong body.
    private EncodedList[] _encoded = [];
    private byte[]? _encodedAll;

    public ServiceSnapshot(ServiceKey key, NodeEpoch epoch, long revision, long changedAt, bool provisional, EmptyCause emptyCause, Instance[] instances)
    {
        Key = key;
        _epoch = epoch;
        Revision = revision;
        ChangedAtMicroseconds = changedAt;
        IsProvisional = provisional;
        EmptyCause = emptyCause;
        _instances = instances;
    }

    public ServiceKey Key { get; }

    public long Revision { get; }

    public long ChangedAtMicroseconds { get; }

    public bool IsProvisional { get; }

    public EmptyCause EmptyCause { get; }

    /// <summary>Every listed instance, disabled ones included.</summary>
    public ReadOnlySpan<Instance> Instances => _instances;

    /// <summary>The list a filter lets through, as the protobuf body of <c>Snapshot</c>. Shared: never changed after it was made.</summary>
    public byte[] Encode(InstanceFilter filter)
    {
        if (ReferenceEquals(filter, InstanceFilter.All))
        {
            return _encodedAll ??= SnapshotEncoder.Encode(this, _epoch, filter);
        }

        EncodedList[] cached = Volatile.Read(ref _encoded);
        foreach (EncodedList list in cached)
        {
            if (list.Filter.Equals(filter))
            {
                return list.Body;
            }
        }

        byte[] body = SnapshotEncoder.Encode(this, _epoch, filter);
        if (cached.Length < MaximumCachedFilters)
        {
            Volatile.Write(ref _encoded, [.. cached, new EncodedList(filter, body)]);
        }

        return body;
    }

    /// <summary>True when the list for everyone is encoded already, so that an answer costs nothing but a reference.</summary>
    public bool IsEncoded => _encodedAll is not null;

    private sealed record EncodedList(InstanceFilter Filter, byte[] Body);
}
