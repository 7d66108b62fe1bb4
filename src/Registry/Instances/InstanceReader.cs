using System.Text;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Registry.Instances;

/// <summary>Reads an <c>Instance</c> or <c>InstanceKey</c> of a request without a copy when its fields come in rising order, each at most once.</summary>
/// <remarks>
/// No object, no string. Names and ids are taken in ASCII only, of which a byte is a character. What it does not understand or does not find valid it leaves to the
/// generated parser and the rules in words, which give the same answer at a higher price. A test holds it against them.
/// </remarks>
internal readonly ref struct InstanceReader
{
    /// <summary>Characters of an identity.</summary>
    public const int MaximumNameLength = NameRules.MaximumIpLength + NameRules.MaximumClusterLength;

    private const byte KeyClusterTag = (3 << 3) | 2;

    private readonly ReadOnlySpan<byte> _encoded;
    private readonly ReadOnlySpan<byte> _ip;
    private readonly ReadOnlySpan<byte> _cluster;
    private readonly ReadOnlySpan<byte> _metadata;
    private readonly ReadOnlySpan<byte> _instanceId;
    private readonly int _port;
    private readonly double _weight;
    private readonly bool _healthy;
    private readonly bool _enabled;
    private readonly bool _hasDefault;

    /// <param name="encoded">An <c>Instance</c>.</param>
    /// <param name="isRead">False when the bytes have another form or the identity breaks a rule.</param>
    private InstanceReader(ReadOnlySpan<byte> encoded, out bool isRead)
    {
        FieldReader fields = new(encoded);
        _encoded = encoded;
        isRead = fields.TryText(InstanceEncoder.IpTag, out _ip)
            && fields.TryNumber(InstanceEncoder.PortTag, out _port)
            && fields.TryDouble(InstanceEncoder.WeightTag, 1, out _weight)
            && fields.TryFlag(InstanceEncoder.HealthyTag, out _healthy)
            && fields.TryFlag(InstanceEncoder.EnabledTag, out _enabled)
            && fields.TryText(InstanceEncoder.ClusterTag, out _cluster)
            && IsName(_ip, _cluster, _port);
        if (!isRead)
        {
            return;
        }

        _hasDefault = fields.HasDefault;
        TakeDefault(ref _cluster, ref _hasDefault);
        _metadata = fields.Rest;
        bool isValid = MetadataReader.TakeValid(ref fields);
        _metadata = _metadata[..^fields.Rest.Length];
        _instanceId = fields.Rest;
        isValid &= fields.TryText(InstanceEncoder.InstanceIdTag, out ReadOnlySpan<byte> id) && id.Length <= NameRules.MaximumInstanceIdLength && IsVisible(id);

        // -0 would be another form of 0.
        IsValid = isValid && fields.IsAtEnd && _weight is >= 0 and <= NameRules.MaximumWeight && !double.IsNegative(_weight);
    }

    private InstanceReader(ReadOnlySpan<byte> ip, ReadOnlySpan<byte> cluster, int port)
    {
        _ip = ip;
        _cluster = cluster;
        _port = port;
        TakeDefault(ref _cluster, ref _hasDefault);
    }

    /// <summary>True when it keeps all rules and asks for nothing special. False: its identity is right, the rest has to be looked at.</summary>
    public bool IsValid { get; }

    /// <summary>False when the bytes have another form or the identity breaks a rule.</summary>
    public static bool TryRead(ReadOnlySpan<byte> encoded, out InstanceReader instance)
    {
        instance = new InstanceReader(encoded, out bool isRead);
        return isRead;
    }

    /// <summary>The same for a key, which has nothing but an identity.</summary>
    public static bool TryReadKey(ReadOnlySpan<byte> encoded, out InstanceReader key)
    {
        FieldReader fields = new(encoded);
        key = default;
        if (!fields.TryText(InstanceEncoder.IpTag, out ReadOnlySpan<byte> ip) || !fields.TryNumber(InstanceEncoder.PortTag, out int port)
            || !fields.TryText(KeyClusterTag, out ReadOnlySpan<byte> cluster) || !fields.IsAtEnd || !IsName(ip, cluster, port))
        {
            return false;
        }

        key = new InstanceReader(ip, cluster, port);
        return true;
    }

    /// <summary>The identity, as texts.</summary>
    /// <param name="texts">Takes the characters; at least <see cref="MaximumNameLength"/>.</param>
    public InstanceName NameIn(Span<char> texts)
    {
        Encoding.ASCII.GetChars(_ip, texts);
        ReadOnlySpan<char> cluster = Instance.DefaultCluster;
        if (!_cluster.IsEmpty)
        {
            Encoding.ASCII.GetChars(_cluster, texts[_ip.Length..]);
            cluster = texts.Slice(_ip.Length, _cluster.Length);
        }

        return new InstanceName(cluster, texts[.._ip.Length], _port);
    }

    /// <summary>True when it says what an instance of the same identity is. Whatever is registered has been valid.</summary>
    public bool IsSameAs(Instance registered)
    {
        if (!_hasDefault)
        {
            return registered.Encoded.SequenceEqual(_encoded);
        }

        EncodedInstance own = new(registered.Encoded);
        return IsValid && _weight == registered.Weight && _healthy == registered.Healthy && _enabled == registered.Enabled
            && own.Metadata.SequenceEqual(_metadata) && own.InstanceId.SequenceEqual(_instanceId);
    }

    /// <summary>The instance; keeps a copy of what was read. Only of what is valid.</summary>
    /// <param name="identity">What <see cref="NameIn"/> says, as strings.</param>
    public Instance ToInstance(InstanceIdentity identity) => Instance.OfEncoded(
        identity,
        _weight,
        _healthy,
        _enabled,
        _hasDefault ? InstanceEncoder.Encode(identity, _weight, _healthy, _enabled, _metadata, _instanceId, isOverridden: false) : _encoded.ToArray());

    private static void TakeDefault(ref ReadOnlySpan<byte> cluster, ref bool hasDefault)
    {
        if (cluster.SequenceEqual("DEFAULT"u8))
        {
            cluster = default;
            hasDefault = true;
        }
    }

    private static bool IsName(ReadOnlySpan<byte> ip, ReadOnlySpan<byte> cluster, int port) =>
        ip.Length is > 0 and <= NameRules.MaximumIpLength && IsVisible(ip) && port <= ushort.MaxValue
        && cluster.Length <= NameRules.MaximumClusterLength && NameRules.IsClusterName(cluster);

    /// <summary>ASCII without white space and control characters.</summary>
    private static bool IsVisible(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)'!', (byte)'~');
}
