using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace FastRegistry.Registry.Instances;

/// <summary>An instance as it was registered, or as an operator's override shows it. Immutable, shared by every snapshot it is in.</summary>
/// <remarks>
/// Keeps its protobuf form, which lists are made of, and beside it only what is looked at often. Metadata and id are read from that form when somebody asks: a
/// million instances need half the memory that texts of their own would take, and two of them are equal when their forms are.
/// </remarks>
internal sealed class Instance : IEquatable<Instance>
{
    /// <summary>Cluster used when none is given, as in Nacos.</summary>
    public const string DefaultCluster = "DEFAULT";

    private const int MaximumStackKeyBytes = 128;

    private readonly string _cluster;
    private readonly string _ip;
    private readonly byte[] _encoded;
    private readonly int _port;

    private Instance(InstanceIdentity identity, double weight, bool healthy, bool enabled, bool isOverridden, byte[] encoded)
    {
        _cluster = identity.Cluster;
        _ip = identity.Ip;
        _port = identity.Port;
        _encoded = encoded;
        Weight = weight;
        Healthy = healthy;
        Enabled = enabled;
        IsOverridden = isOverridden;
    }

    public InstanceIdentity Identity => new(_cluster, _ip, _port);

    /// <summary>The identity as texts to search with.</summary>
    public InstanceName Name => new(_cluster, _ip, _port);

    /// <summary>0 … 10,000; 0 = listed but not chosen.</summary>
    public double Weight { get; }

    public bool Healthy { get; }

    /// <summary>False: registered but never listed.</summary>
    public bool Enabled { get; }

    /// <summary>An operator's override decides weight, enabled or some of the metadata.</summary>
    public bool IsOverridden { get; }

    /// <summary>The instance as protobuf, always the same bytes for the same values.</summary>
    public ReadOnlySpan<byte> Encoded => _encoded;

    /// <summary>False when no metadata key has a meaning to the server; true when one may have. Cheaper than reading the metadata.</summary>
    public bool MayHavePreservedMetadata => Encoded.IndexOf("preserved."u8) >= 0;

    /// <summary>True when it has a metadata pair.</summary>
    public bool HasMetadata => !new EncodedInstance(_encoded).Metadata.IsEmpty;

    /// <summary>Its metadata in UTF-8, in the order it was given.</summary>
    public EncodedMetadata Metadata => new(new EncodedInstance(_encoded).Metadata);

    /// <param name="identity">Which.</param>
    /// <param name="weight">See <see cref="Weight"/>.</param>
    /// <param name="healthy">See <see cref="Healthy"/>.</param>
    /// <param name="enabled">See <see cref="Enabled"/>.</param>
    /// <param name="metadata">Unique keys, in the order they are to have.</param>
    /// <param name="instanceId">Null = the simple one, which follows from the identity and the service: <see cref="IdIn"/>.</param>
    public static Instance Create(
        InstanceIdentity identity,
        double weight = 1,
        bool healthy = true,
        bool enabled = true,
        ImmutableArray<KeyValuePair<string, string>> metadata = default,
        string? instanceId = null) =>
        Create(identity, weight, healthy, enabled, InstanceEncoder.Encode(metadata.AsSpan()), InstanceEncoder.Encode(instanceId), isOverridden: false);

    /// <summary>Of a form that was found to be what <see cref="Encoded"/> of these values is; it is not copied.</summary>
    public static Instance OfEncoded(InstanceIdentity identity, double weight, bool healthy, bool enabled, byte[] encoded) =>
        new(identity, weight, healthy, enabled, isOverridden: false, encoded);

    /// <summary>Its metadata as texts, made for the call.</summary>
    public ImmutableArray<KeyValuePair<string, string>> ReadMetadata() => Metadata.ToArray();

    /// <summary>The id it has been given or has asked for; null = the simple one.</summary>
    public string? ReadInstanceId() => new EncodedInstance(_encoded).ReadInstanceId();

    /// <summary>The id that readers see: <c>ip#port#cluster#group@@name</c> unless it has one of its own.</summary>
    public string IdIn(ServiceKey service) => ReadInstanceId() ?? $"{_ip}#{_port}#{_cluster}#{service.GroupedName}";

    /// <summary>The value of a metadata key; null = not there.</summary>
    public string? FindMetadata(string key)
    {
        Span<byte> utf8 = stackalloc byte[MaximumStackKeyBytes];
        return Encoding.UTF8.TryGetBytes(key, utf8, out int bytes) ? Metadata.Find(utf8[..bytes]) : Metadata.Find(Encoding.UTF8.GetBytes(key));
    }

    /// <summary>True when both have the same pairs in the same order.</summary>
    public bool HasMetadataOf(Instance other) => new EncodedInstance(_encoded).Metadata.SequenceEqual(new EncodedInstance(other._encoded).Metadata);

    /// <summary>The same with another id.</summary>
    public Instance WithId(string instanceId) =>
        Create(Identity, Weight, Healthy, Enabled, new EncodedInstance(_encoded).Metadata, InstanceEncoder.Encode(instanceId), IsOverridden);

    /// <summary>The same, healthy: as a list shows it that is protected.</summary>
    public Instance AsHealthy() => WithHealth(healthy: true);

    /// <summary>The same with another health.</summary>
    public Instance WithHealth(bool healthy)
    {
        if (healthy == Healthy)
        {
            return this;
        }

        EncodedInstance own = new(_encoded);
        return Create(Identity, Weight, healthy, Enabled, own.Metadata, own.InstanceId, IsOverridden);
    }

    /// <summary>The same as an override shows it.</summary>
    /// <param name="weight">See <see cref="Weight"/>.</param>
    /// <param name="enabled">See <see cref="Enabled"/>.</param>
    /// <param name="metadata">All of it; null = as it is.</param>
    public Instance Overridden(double weight, bool enabled, ImmutableArray<KeyValuePair<string, string>>? metadata)
    {
        EncodedInstance own = new(_encoded);
        return Create(Identity, weight, Healthy, enabled, metadata is null ? own.Metadata : InstanceEncoder.Encode(metadata.Value.AsSpan()), own.InstanceId, isOverridden: true);
    }

    public bool Equals(Instance? other) => ReferenceEquals(this, other) || (other is not null && Encoded.SequenceEqual(other.Encoded));

    public override bool Equals(object? obj) => Equals(obj as Instance);

    public override int GetHashCode() => Identity.GetHashCode();

    private static Instance Create(
        InstanceIdentity identity, double weight, bool healthy, bool enabled, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> instanceId, bool isOverridden)
    {
        // -0 is 0, and equal forms must mean equal values.
        weight += 0.0;
        return new(identity, weight, healthy, enabled, isOverridden, InstanceEncoder.Encode(identity, weight, healthy, enabled, metadata, instanceId, isOverridden));
    }
}

/// <summary>The identity of an instance in a list: two with the same cluster, ip and port are one.</summary>
internal readonly record struct InstanceIdentity(string Cluster, string Ip, int Port)
{
    /// <summary>As texts to search with.</summary>
    public InstanceName Name => new(Cluster, Ip, Port);

    /// <summary><c>ip:port#cluster</c>.</summary>
    public override string ToString() => $"{Ip}:{Port}#{Cluster}";
}

/// <summary>The identity of an instance as texts that need not be strings, to search with.</summary>
internal readonly ref struct InstanceName(ReadOnlySpan<char> cluster, ReadOnlySpan<char> ip, int port)
{
    public ReadOnlySpan<char> Cluster { get; } = cluster;

    public ReadOnlySpan<char> Ip { get; } = ip;

    public int Port { get; } = port;

    public bool IsOf(Instance instance)
    {
        InstanceName other = instance.Name;
        return Port == other.Port && Ip.SequenceEqual(other.Ip) && Cluster.SequenceEqual(other.Cluster);
    }

    /// <summary>Seeded at random per process like that of a string, so nobody can choose addresses that collide. Clusters are few and left out.</summary>
    public int Hash => HashCode.Combine(string.GetHashCode(Ip), Port);
}

/// <summary>Identity of a service: namespace, group, name. Immutable; keeps its UTF-8 form so that a request's bytes find it without a string.</summary>
internal sealed class ServiceKey : IEquatable<ServiceKey>
{
    /// <summary>Namespace used when none is given, as in Nacos.</summary>
    public const string DefaultNamespace = "public";

    /// <summary>Group used when none is given, as in Nacos.</summary>
    public const string DefaultGroup = "DEFAULT_GROUP";

    private readonly byte[] _utf8;
    private readonly int _hash;

    public ServiceKey(string @namespace, string group, string name)
    {
        Namespace = @namespace;
        Group = group;
        Name = name;
        _utf8 = Encoding.UTF8.GetBytes($"{@namespace}\0{group}\0{name}");
        _hash = HashOf(_utf8);
    }

    public string Namespace { get; }

    public string Group { get; }

    public string Name { get; }

    /// <summary><c>group@@name</c>, the form HTTP clients see.</summary>
    public string GroupedName => $"{Group}@@{Name}";

    /// <summary>Namespace, group and name in UTF-8 with a zero byte between them; no part contains one.</summary>
    public ReadOnlySpan<byte> Utf8 => _utf8;

    public static int HashOf(ReadOnlySpan<byte> utf8)
    {
        HashCode hash = default;
        hash.AddBytes(utf8);
        return hash.ToHashCode();
    }

    public bool Equals(ServiceKey? other) => other is not null && _hash == other._hash && Utf8.SequenceEqual(other.Utf8);

    public override bool Equals(object? obj) => Equals(obj as ServiceKey);

    public override int GetHashCode() => _hash;

    public override string ToString() => $"{Namespace}/{GroupedName}";
}

/// <summary>Lets a table of services be searched by the UTF-8 form of a key.</summary>
internal sealed class ServiceKeyComparer : IEqualityComparer<ServiceKey>, IAlternateEqualityComparer<ReadOnlySpan<byte>, ServiceKey>
{
    public bool Equals(ServiceKey? x, ServiceKey? y) => x is null ? y is null : x.Equals(y);

    public int GetHashCode(ServiceKey obj) => obj.GetHashCode();

    public bool Equals(ReadOnlySpan<byte> alternate, ServiceKey other) => other.Utf8.SequenceEqual(alternate);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => ServiceKey.HashOf(alternate);

    public ServiceKey Create(ReadOnlySpan<byte> alternate)
    {
        string[] parts = Encoding.UTF8.GetString(alternate).Split('\0', 3);
        return new ServiceKey(parts[0], parts[1], parts[2]);
    }
}

/// <summary>Finds the parts of an instance's protobuf form as <see cref="InstanceEncoder"/> writes it: fields in rising order, nothing unknown.</summary>
internal readonly ref struct EncodedInstance
{
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;

    public EncodedInstance(ReadOnlySpan<byte> encoded)
    {
        // Up to the first pair, and from there to the first that is none.
        int at = 0;
        while (at < encoded.Length && encoded[at] < InstanceEncoder.MetadataTag)
        {
            at += SizeOfField(encoded[at..]);
        }

        int begin = at;
        while (at < encoded.Length && encoded[at] == InstanceEncoder.MetadataTag)
        {
            at += SizeOfField(encoded[at..]);
        }

        Metadata = encoded[begin..at];
        if (at < encoded.Length && encoded[at] == InstanceEncoder.InstanceIdTag)
        {
            InstanceId = encoded.Slice(at, SizeOfField(encoded[at..]));
        }
    }

    /// <summary>The fields of all pairs, with tags and lengths.</summary>
    public ReadOnlySpan<byte> Metadata { get; }

    /// <summary>The field of the id, with tag and length; empty = none.</summary>
    public ReadOnlySpan<byte> InstanceId { get; }

    public string? ReadInstanceId() => InstanceId.IsEmpty ? null : Encoding.UTF8.GetString(ValueOf(InstanceId));

    /// <summary>Tag, length and value of the field at the beginning.</summary>
    public static int SizeOfField(ReadOnlySpan<byte> rest)
    {
        switch (rest[0] & 7)
        {
            case Fixed64:
                return 1 + sizeof(double);
            case LengthDelimited:
                int length = ReadNumber(rest[1..], out int bytes);
                return 1 + bytes + length;
            default:
                ReadNumber(rest[1..], out bytes);
                return 1 + bytes;
        }
    }

    /// <summary>The value of a field with a length.</summary>
    public static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> field)
    {
        int length = ReadNumber(field[1..], out int bytes);
        return field.Slice(1 + bytes, length);
    }

    private static int ReadNumber(ReadOnlySpan<byte> rest, out int bytes)
    {
        int number = 0;
        bytes = 0;
        do
        {
            number |= (rest[bytes] & 0x7F) << (7 * bytes);
        }
        while (rest[bytes++] >= 0x80);

        return number;
    }
}

/// <summary>The metadata of an instance, read from its protobuf form: pairs in UTF-8, no texts and no objects unless asked for.</summary>
/// <param name="fields">The fields of the pairs, one behind the other.</param>
internal ref struct EncodedMetadata(ReadOnlySpan<byte> fields)
{
    private ReadOnlySpan<byte> _rest = fields;

    /// <summary>Of the pair <see cref="MoveNext"/> has gone to.</summary>
    public ReadOnlySpan<byte> Key { get; private set; }

    /// <inheritdoc cref="Key"/>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Goes to the next pair; false behind the last one.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        int size = EncodedInstance.SizeOfField(_rest);
        ReadOnlySpan<byte> pair = EncodedInstance.ValueOf(_rest[..size]);
        _rest = _rest[size..];

        // An empty text has no field.
        Key = Take(ref pair, InstanceEncoder.KeyTag);
        Value = Take(ref pair, InstanceEncoder.ValueTag);
        return true;
    }

    /// <summary>The value of a key; null = not there.</summary>
    public string? Find(scoped ReadOnlySpan<byte> key)
    {
        while (MoveNext())
        {
            if (Key.SequenceEqual(key))
            {
                return Encoding.UTF8.GetString(Value);
            }
        }

        return null;
    }

    /// <summary>The pairs that are left, as texts.</summary>
    public ImmutableArray<KeyValuePair<string, string>> ToArray()
    {
        int count = 0;
        for (EncodedMetadata pairs = this; pairs.MoveNext();)
        {
            count++;
        }

        KeyValuePair<string, string>[] texts = count == 0 ? [] : new KeyValuePair<string, string>[count];
        for (int i = 0; i < count; i++)
        {
            MoveNext();
            texts[i] = KeyValuePair.Create(Encoding.UTF8.GetString(Key), Encoding.UTF8.GetString(Value));
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(texts);
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> pair, byte tag)
    {
        if (pair.IsEmpty || pair[0] != tag)
        {
            return default;
        }

        int size = EncodedInstance.SizeOfField(pair);
        ReadOnlySpan<byte> value = EncodedInstance.ValueOf(pair[..size]);
        pair = pair[size..];
        return value;
    }
}

/// <summary>A reader's choice among the instances of a service. Immutable; two filters that ask for the same are equal and share encoded lists.</summary>
internal sealed class InstanceFilter : IEquatable<InstanceFilter>
{
    private readonly string[] _clusters;
    private readonly string[] _labelValues;

    private InstanceFilter(string[] sortedClusters, bool healthyOnly, string[] labelValues)
    {
        _clusters = sortedClusters;
        _labelValues = labelValues;
        HealthyOnly = healthyOnly;
    }

    /// <summary>Every enabled instance.</summary>
    public static InstanceFilter All { get; } = new([], healthyOnly: false, []);

    public bool HealthyOnly { get; }

    /// <summary>The clusters asked for, with commas; empty = all.</summary>
    public string ClustersText => string.Join(',', _clusters);

    /// <summary>Values of the selector's labels that an instance must have; empty = any.</summary>
    public ReadOnlySpan<string> LabelValues => _labelValues;

    /// <summary>Makes a filter; no clusters = all clusters.</summary>
    public static InstanceFilter Create(IEnumerable<string> clusters, bool healthyOnly)
    {
        string[] sorted = [.. clusters.Where(static cluster => cluster.Length > 0).Distinct().Order(StringComparer.Ordinal)];
        return sorted.Length == 0 && !healthyOnly ? All : new InstanceFilter(sorted, healthyOnly, []);
    }

    /// <summary>The same, for a consumer with these values of a selector's labels.</summary>
    public InstanceFilter For(string[] labelValues) => new(_clusters, HealthyOnly, labelValues);

    /// <summary>In a cluster that is asked for and enabled. A disabled instance is never seen, whatever the filter.</summary>
    public bool MayShow(Instance instance) => instance.Enabled && MayShow(instance.Identity);

    /// <summary>False when nothing under this identity is ever seen.</summary>
    public bool MayShow(InstanceIdentity identity) =>
        _clusters.Length == 0 || Array.BinarySearch(_clusters, identity.Cluster, StringComparer.Ordinal) >= 0;

    public bool Equals(InstanceFilter? other) =>
        other is not null
        && HealthyOnly == other.HealthyOnly
        && _clusters.AsSpan().SequenceEqual(other._clusters)
        && _labelValues.AsSpan().SequenceEqual(other._labelValues);

    public override bool Equals(object? obj) => Equals(obj as InstanceFilter);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(HealthyOnly);
        foreach (string cluster in _clusters)
        {
            hash.Add(cluster, StringComparer.Ordinal);
        }

        foreach (string value in _labelValues)
        {
            hash.Add(value, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }
}
