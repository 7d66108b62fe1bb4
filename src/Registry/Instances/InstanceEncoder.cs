using System.Buffers.Binary;
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
