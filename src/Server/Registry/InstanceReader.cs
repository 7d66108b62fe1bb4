using System.Text;
using FastRegistry.Server.Naming;

namespace FastRegistry.Server.Registry;

/// <summary>Reads an <c>Instance</c> or <c>InstanceKey</c> of a request without a copy when it has the one form <see cref="InstanceEncoder"/> gives it.</summary>
/// <remarks>
/// No object, no string. Names and ids are taken in ASCII only, of which a byte is a character. What it does not understand or does not find valid it leaves to the
/// generated parser and the rules in words, which give the same answer at a higher price.
/// </remarks>
internal readonly ref struct InstanceReader
{
    /// <summary>Characters of an identity.</summary>
    public const int MaximumNameLength = NameRules.MaximumIpLength + NameRules.MaximumClusterLength;

    private const byte KeyClusterTag = (3 << 3) | 2;

    private readonly ReadOnlySpan<byte> _ip;
    private readonly ReadOnlySpan<byte> _cluster;
    private readonly int _port;
    private readonly double _weight;
    private readonly bool _healthy;
    private readonly bool _enabled;

    private InstanceReader(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> ip, ReadOnlySpan<byte> cluster, int port, double weight, bool healthy, bool enabled, bool isValid)
    {
        Encoded = encoded;
        _ip = ip;
        _cluster = cluster;
        _port = port;
        _weight = weight;
        _healthy = healthy;
        _enabled = enabled;
        IsValid = isValid;
    }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Encoded { get; }

    /// <summary>True when it keeps all rules and asks for nothing special. False: its identity is right, the rest has to be looked at.</summary>
    public bool IsValid { get; }

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

    /// <summary>The instance; keeps a copy of the bytes.</summary>
    /// <param name="identity">What <see cref="NameIn"/> says, as strings.</param>
    public Instance ToInstance(InstanceIdentity identity) => Instance.OfEncoded(identity, _weight, _healthy, _enabled, Encoded.ToArray());

    /// <summary>False when the bytes have another form or the identity breaks a rule.</summary>
    public static bool TryRead(ReadOnlySpan<byte> encoded, out InstanceReader instance)
    {
        FieldReader fields = new(encoded);
        instance = default;
        if (!fields.TryText(InstanceEncoder.IpTag, out ReadOnlySpan<byte> ip) || !fields.TryNumber(InstanceEncoder.PortTag, out int port)
            || !fields.TryDouble(InstanceEncoder.WeightTag, 1, out double weight)
            || !fields.TryFalse(InstanceEncoder.HealthyTag, out bool unhealthy) || !fields.TryFalse(InstanceEncoder.EnabledTag, out bool disabled)
            || !fields.TryText(InstanceEncoder.ClusterTag, out ReadOnlySpan<byte> cluster)
            || !IsName(ip, cluster, port))
        {
            return false;
        }

        bool isValid = weight is >= 0 and <= NameRules.MaximumWeight && BitConverter.DoubleToInt64Bits(weight) >= 0;
        isValid &= MetadataReader.TakeValid(ref fields);
        isValid &= fields.TryText(InstanceEncoder.InstanceIdTag, out ReadOnlySpan<byte> id) && id.Length <= NameRules.MaximumInstanceIdLength && IsVisible(id);
        instance = new InstanceReader(encoded, ip, cluster, port, weight, !unhealthy, !disabled, isValid && fields.IsAtEnd);
        return true;
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

        key = new InstanceReader(encoded, ip, cluster, port, 1, true, true, isValid: true);
        return true;
    }

    private static bool IsName(ReadOnlySpan<byte> ip, ReadOnlySpan<byte> cluster, int port) =>
        ip.Length is > 0 and <= NameRules.MaximumIpLength && IsVisible(ip) && port <= ushort.MaxValue
        && cluster.Length <= NameRules.MaximumClusterLength && NameRules.IsClusterName(cluster) && !cluster.SequenceEqual("DEFAULT"u8);

    /// <summary>ASCII without white space and control characters.</summary>
    private static bool IsVisible(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)'!', (byte)'~');
}
