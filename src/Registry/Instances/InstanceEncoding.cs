using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Registry.Instances;

/// <summary>Reads an <c>Instance</c> or <c>InstanceKey</c> of a request without a copy when its fields come in rising order, each at most once.</summary>
/// <remarks>
/// No object, no string. Names and ids are taken in ASCII only, of which a byte is a character. What it does not understand or does not find valid it leaves
/// to the generated parser and the rules in words, which give the same answer at a higher price. A test holds it against them.
/// </remarks>
internal readonly ref struct InstanceReader
{
    /// <summary>Characters of an identity.</summary>
    public const int MaximumNameLength = NameRules.MaximumIpLength + NameRules.MaximumClusterLength;

    private const byte KeyClusterTag = (3 << 3) | 2;

    // Those of NameRules.BrokenByCluster.
    private static readonly SearchValues<byte> ClusterCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"u8);

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
        && cluster.Length <= NameRules.MaximumClusterLength && !cluster.ContainsAnyExcept(ClusterCharacters);

    /// <summary>ASCII without white space and control characters.</summary>
    private static bool IsVisible(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)'!', (byte)'~');
}

/// <summary>Looks through the metadata of a request's instance for whatever is not plainly valid. Stateless.</summary>
internal static class MetadataReader
{
    // Each key is compared with all before it.
    private const int MostPairs = 8;

    /// <summary>Goes behind the pairs.</summary>
    /// <returns>True when they keep all rules, are written as <see cref="InstanceEncoder"/> would, and mean nothing to the server.</returns>
    public static bool TakeValid(ref FieldReader fields)
    {
        FieldReader first = fields;
        int total = 0;
        for (int pairs = 0; fields.TryText(InstanceEncoder.MetadataTag, out ReadOnlySpan<byte> pair); pairs++)
        {
            if (pair.IsEmpty)
            {
                return total <= NameRules.MaximumMetadataLength;
            }

            if (pairs == MostPairs || !TrySplit(pair, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) || key.IsEmpty
                || !Ascii.IsValid(key) || !Ascii.IsValid(value) || key.StartsWith("preserved."u8) || HasKey(first, pairs, key))
            {
                return false;
            }

            total += key.Length + value.Length;
        }

        return false;
    }

    private static bool HasKey(FieldReader pairs, int count, ReadOnlySpan<byte> key)
    {
        for (int i = 0; i < count; i++)
        {
            pairs.TryText(InstanceEncoder.MetadataTag, out ReadOnlySpan<byte> pair);
            TrySplit(pair, out ReadOnlySpan<byte> other, out _);
            if (other.SequenceEqual(key))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TrySplit(ReadOnlySpan<byte> pair, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        FieldReader fields = new(pair);
        value = default;
        return fields.TryText(InstanceEncoder.KeyTag, out key) && fields.TryText(InstanceEncoder.ValueTag, out value) && fields.IsAtEnd;
    }
}

/// <summary>Takes protobuf fields one after the other, each at most once and in the shortest form. No object, no copy.</summary>
/// <remarks>Each method answers false when its field is there in a form it does not take; a field that is not there has its default.</remarks>
/// <param name="message">The bytes of a message.</param>
internal ref struct FieldReader(ReadOnlySpan<byte> message)
{
    private const int MostNumberBytes = 3;

    private ReadOnlySpan<byte> _rest = message;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>The bytes that were not taken yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>True once a field has said what is so without it.</summary>
    public bool HasDefault { get; private set; }

    /// <summary>A field with a length below 16,384; empty when it is not there, and only then.</summary>
    public bool TryText(byte tag, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (_rest.IsEmpty || _rest[0] != tag)
        {
            return true;
        }

        if (!TryLength(_rest[1..], out int length, out int bytes) || length == 0 || length > _rest.Length - 1 - bytes)
        {
            return false;
        }

        value = _rest.Slice(1 + bytes, length);
        _rest = _rest[(1 + bytes + length)..];
        return true;
    }

    /// <summary>A whole number; 0 when it is not there, and only then.</summary>
    public bool TryNumber(byte tag, out int value)
    {
        value = 0;
        if (_rest.IsEmpty || _rest[0] != tag)
        {
            return true;
        }

        for (int i = 0; i < MostNumberBytes && i + 1 < _rest.Length; i++)
        {
            byte next = _rest[i + 1];
            value |= (next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                _rest = _rest[(i + 2)..];

                // A last byte of 0 is one too many.
                return next != 0;
            }
        }

        return false;
    }

    /// <summary>A number of eight bytes.</summary>
    public bool TryDouble(byte tag, double @default, out double value)
    {
        value = @default;
        if (_rest.IsEmpty || _rest[0] != tag)
        {
            return true;
        }

        if (_rest.Length < 1 + sizeof(double))
        {
            return false;
        }

        value = BinaryPrimitives.ReadDoubleLittleEndian(_rest[1..]);
        _rest = _rest[(1 + sizeof(double))..];
        HasDefault |= value == @default;
        return true;
    }

    /// <summary>A flag that is true when it is not there.</summary>
    public bool TryFlag(byte tag, out bool value)
    {
        value = true;
        if (_rest.IsEmpty || _rest[0] != tag)
        {
            return true;
        }

        if (_rest.Length < 2 || _rest[1] > 1)
        {
            return false;
        }

        value = _rest[1] == 1;
        HasDefault |= value;
        _rest = _rest[2..];
        return true;
    }

    private static bool TryLength(ReadOnlySpan<byte> rest, out int length, out int bytes)
    {
        length = rest.IsEmpty ? 0 : rest[0];
        bytes = 1;
        if (length < 0x80)
        {
            return !rest.IsEmpty;
        }

        bytes = 2;
        length = rest.Length < 2 ? 0 : (length & 0x7F) | (rest[1] << 7);
        return rest.Length >= 2 && rest[1] is > 0 and < 0x80;
    }
}

/// <summary>Writes instances as the generated code would: fields in rising order, none that has its default. A test holds it against that code.</summary>
internal static class InstanceEncoder
{
    public const byte IpTag = (1 << 3) | 2;
    public const byte PortTag = 2 << 3;
    public const byte WeightTag = (3 << 3) | 1;
    public const byte HealthyTag = 4 << 3;
    public const byte EnabledTag = 5 << 3;
    public const byte ClusterTag = (6 << 3) | 2;
    public const byte MetadataTag = (7 << 3) | 2;
    public const byte InstanceIdTag = (9 << 3) | 2;
    public const byte OverriddenTag = 10 << 3;
    public const byte KeyTag = (1 << 3) | 2;
    public const byte ValueTag = (2 << 3) | 2;

    private const int LongestNumberBytes = 5;

    /// <summary>The form of an instance.</summary>
    /// <param name="identity">Which.</param>
    /// <param name="weight">1 is left out, and so are the other defaults: they are what the receiver assumes.</param>
    /// <param name="healthy">True is left out.</param>
    /// <param name="enabled">True is left out.</param>
    /// <param name="metadata">The fields of all pairs.</param>
    /// <param name="instanceId">The field of the id.</param>
    /// <param name="isOverridden">False is left out.</param>
    public static byte[] Encode(
        InstanceIdentity identity, double weight, bool healthy, bool enabled, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> instanceId, bool isOverridden)
    {
        string cluster = identity.Cluster == Instance.DefaultCluster ? "" : identity.Cluster;
        int most = (2 * (1 + LongestNumberBytes)) + Encoding.UTF8.GetMaxByteCount(identity.Ip.Length) + Encoding.UTF8.GetMaxByteCount(cluster.Length)
            + 1 + LongestNumberBytes + 1 + sizeof(double) + 2 + 2 + 2;
        Span<byte> head = most <= 1024 ? stackalloc byte[most] : new byte[most];
        int length = WriteText(head, IpTag, identity.Ip);
        if (identity.Port != 0)
        {
            head[length++] = PortTag;
            length += WriteNumber(head[length..], (uint)identity.Port);
        }

        if (weight != 1)
        {
            head[length++] = WeightTag;
            BinaryPrimitives.WriteDoubleLittleEndian(head[length..], weight);
            length += sizeof(double);
        }

        if (!healthy)
        {
            head[length++] = HealthyTag;
            head[length++] = 0;
        }

        if (!enabled)
        {
            head[length++] = EnabledTag;
            head[length++] = 0;
        }

        length += WriteText(head[length..], ClusterTag, cluster);
        byte[] encoded = new byte[length + metadata.Length + instanceId.Length + (isOverridden ? 2 : 0)];
        head[..length].CopyTo(encoded);
        metadata.CopyTo(encoded.AsSpan(length));
        instanceId.CopyTo(encoded.AsSpan(length + metadata.Length));
        if (isOverridden)
        {
            encoded[^2] = OverriddenTag;
            encoded[^1] = 1;
        }

        return encoded;
    }

    /// <summary>The fields of metadata pairs.</summary>
    public static ReadOnlySpan<byte> Encode(ReadOnlySpan<KeyValuePair<string, string>> metadata)
    {
        if (metadata.IsEmpty)
        {
            return default;
        }

        int most = 0;
        foreach ((string key, string value) in metadata)
        {
            most += (3 * (1 + LongestNumberBytes)) + Encoding.UTF8.GetMaxByteCount(key.Length) + Encoding.UTF8.GetMaxByteCount(value.Length);
        }

        byte[] fields = new byte[most];
        int length = 0;
        foreach ((string key, string value) in metadata)
        {
            int pairBytes = SizeOfText(key) + SizeOfText(value);
            fields[length++] = MetadataTag;
            length += WriteNumber(fields.AsSpan(length), (uint)pairBytes);
            length += WriteText(fields.AsSpan(length), KeyTag, key);
            length += WriteText(fields.AsSpan(length), ValueTag, value);
        }

        return fields.AsSpan(0, length);
    }

    /// <summary>The field of an instance's own id; empty when it has none.</summary>
    public static ReadOnlySpan<byte> Encode(string? instanceId)
    {
        if (string.IsNullOrEmpty(instanceId))
        {
            return default;
        }

        byte[] field = new byte[SizeOfText(instanceId)];
        WriteText(field, InstanceIdTag, instanceId);
        return field;
    }

    /// <summary>Writes a number as protobuf does.</summary>
    /// <returns>Its bytes.</returns>
    public static int WriteNumber(Span<byte> destination, ulong number)
    {
        int written = 0;
        while (number >= 0x80)
        {
            destination[written++] = (byte)(number | 0x80);
            number >>= 7;
        }

        destination[written++] = (byte)number;
        return written;
    }

    private static int SizeOfText(string text)
    {
        int bytes = Encoding.UTF8.GetByteCount(text);
        int size = 2 + bytes;
        for (int rest = bytes; rest >= 0x80; rest >>= 7)
        {
            size++;
        }

        return bytes == 0 ? 0 : size;
    }

    private static int WriteText(Span<byte> destination, byte tag, string text)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        destination[0] = tag;
        int length = 1 + WriteNumber(destination[1..], (uint)Encoding.UTF8.GetByteCount(text));
        return length + Encoding.UTF8.GetBytes(text, destination[length..]);
    }
}
