using System.Buffers;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Client.Services;

/// <summary>The numbers of the instances of a list (<see cref="ListDigest"/>), taken from the bytes of the message that brought it.</summary>
/// <remarks>An instance that was parsed and encoded again could differ, by the order of its metadata for one, and its number would be another.</remarks>
internal static class InstanceDigests
{
    private const int WireTypeBits = 3;

    /// <summary>One number per instance, in their order; null when the bytes do not show them, so that the list cannot be named later.</summary>
    /// <param name="message">An encoded message that has parsed.</param>
    /// <param name="field">Number of its repeated field of instances.</param>
    /// <param name="count">Instances that were parsed from it.</param>
    public static ulong[]? Read(in ReadOnlySequence<byte> message, int field, int count)
    {
        if (message.IsSingleSegment)
        {
            return Read(message.FirstSpan, field, count);
        }

        byte[] copy = ArrayPool<byte>.Shared.Rent((int)message.Length);
        message.CopyTo(copy);
        ulong[]? digests = Read(copy.AsSpan(0, (int)message.Length), field, count);
        ArrayPool<byte>.Shared.Return(copy);
        return digests;
    }

    public static ulong Sum(ReadOnlySpan<ulong> digests)
    {
        ulong sum = 0;
        foreach (ulong digest in digests)
        {
            sum = unchecked(sum + digest);
        }

        return sum;
    }

    private static ulong[]? Read(ReadOnlySpan<byte> rest, int field, int count)
    {
        ulong[] digests = new ulong[count];
        int found = 0;
        while (!rest.IsEmpty)
        {
            if (!TryReadVarint(ref rest, out ulong tag) || !TryReadLength(ref rest, (int)(tag & 7), out int length) || length > rest.Length)
            {
                return null;
            }

            if (tag == (((ulong)field << WireTypeBits) | 2))
            {
                if (found == count)
                {
                    return null;
                }

                digests[found++] = ListDigest.OfInstance(rest[..length]);
            }

            rest = rest[length..];
        }

        return found == count ? digests : null;
    }

    /// <summary>Bytes of a field's content; a varint is read whole and leaves none.</summary>
    private static bool TryReadLength(ref ReadOnlySpan<byte> rest, int wireType, out int length)
    {
        length = 0;
        switch (wireType)
        {
            case 0:
                return TryReadVarint(ref rest, out _);

            case 1:
                length = sizeof(ulong);
                return true;

            case 2:
                bool isRead = TryReadVarint(ref rest, out ulong announced) && announced <= int.MaxValue;
                length = isRead ? (int)announced : 0;
                return isRead;

            case 5:
                length = sizeof(uint);
                return true;

            default:
                return false;
        }
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        for (int i = 0; i < rest.Length && i < 10; i++)
        {
            value |= (ulong)(rest[i] & 0x7F) << (7 * i);
            if (rest[i] < 0x80)
            {
                rest = rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
