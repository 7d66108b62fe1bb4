using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace FastRegistry.Registry.Instances;

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
