using System.Text;

namespace FastRegistry.Registry.Instances;

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
