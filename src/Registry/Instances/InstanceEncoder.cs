using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace FastRegistry.Registry.Instances;

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
