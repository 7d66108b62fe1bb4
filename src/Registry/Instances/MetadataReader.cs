using System.Text;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Registry.Instances;

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
