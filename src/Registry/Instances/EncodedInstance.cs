using System.Collections.Immutable;
using System.Runtime.InteropServices;
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
