using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace FastRegistry.Wire.Framing;

/// <summary>Checks of a protobuf body what the generated parser does not: that text is UTF-8 and that lengths are what they say.</summary>
/// <remarks>
/// <para>
/// The generated parser replaces bytes that are not UTF-8, so that different names would become the same service, and drops all but the low 32 bits of tags
/// and lengths, so that a length of 2^32 + 1 is read as 1. A receiver therefore calls <see cref="IsWellFormed"/> before it parses, and answers
/// <see cref="ErrorCode.MalformedBody"/> when the result is false.
/// </para>
/// <para>
/// Everything else (a field with another wire type than its own, a number out of its range, a missing field) is left to the parser. Fields that the shape
/// does not know are skipped by wire type. Groups, which protocol 1 does not use, are refused.
/// </para>
/// <para>
/// Stateless; any thread. A body in one segment is read in place, one in several is copied into a rented buffer first. About one pass over the bytes.
/// </para>
/// </remarks>
public static class MessageCheck
{
    // As deep as the generated parser goes.
    private const int MaximumDepth = 100;

    private const int MaximumVarintBytes = 10;

    private const ulong HighBits = 0x8080_8080_8080_8080;

    /// <summary>True when every text in <paramref name="body"/>, nested messages included, is valid UTF-8, and every length and tag fits in 32 bits and every
    /// length in what is left of its message.</summary>
    /// <param name="shape">Which message the body holds: <see cref="MessageShape.SetupRequest"/>.</param>
    /// <param name="body">The encoded message, as received.</param>
    public static bool IsWellFormed(MessageShape shape, in ReadOnlySequence<byte> body) =>
        body.IsSingleSegment ? Check(body.FirstSpan, shape, 0) : CheckCopy(body, shape);

    private static bool CheckCopy(in ReadOnlySequence<byte> body, MessageShape shape)
    {
        int length = checked((int)body.Length);
        byte[] copy = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(copy);
            return Check(copy.AsSpan(0, length), shape, 0);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private static bool Check(ReadOnlySpan<byte> message, MessageShape shape, int depth)
    {
        int at = 0;
        while (at < message.Length)
        {
            // Tags up to field 15 have one byte, which has no high bit.
            uint tag = message[at];
            if (tag < 0x80)
            {
                at++;
            }
            else if (!TryReadNumber(message, ref at, out tag))
            {
                return false;
            }

            uint field = tag >> 3;
            bool fits = (tag & 7) switch
            {
                0 => TrySkipVarint(message, ref at),
                1 => TrySkip(message, ref at, sizeof(ulong)),
                2 => TryCheckContent(message, ref at, shape.Find(field), depth),
                5 => TrySkip(message, ref at, sizeof(uint)),
                _ => false,
            };
            if (!fits || field == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryCheckContent(ReadOnlySpan<byte> message, ref int at, MessageShape? content, int depth)
    {
        if (!TryReadNumber(message, ref at, out uint length) || length > (uint)(message.Length - at))
        {
            return false;
        }

        int start = at;
        at += (int)length;
        if (content is null)
        {
            return true;
        }

        return content.IsText
            ? IsText(message, start, (int)length)
            : depth < MaximumDepth && Check(message.Slice(start, (int)length), content, depth + 1);
    }

    /// <summary>Most texts are short and ASCII: two loads and a mask instead of a call.</summary>
    private static bool IsText(ReadOnlySpan<byte> message, int start, int length)
    {
        if (length <= sizeof(ulong) && message.Length - start >= sizeof(ulong))
        {
            if (length == 0 || (Load(message, start) & (HighBits >> ((sizeof(ulong) - length) * 8))) == 0)
            {
                return true;
            }
        }
        else if (length is > sizeof(ulong) and <= 2 * sizeof(ulong)
            && ((Load(message, start) | Load(message, start + length - sizeof(ulong))) & HighBits) == 0)
        {
            return true;
        }

        return Utf8.IsValid(message.Slice(start, length));
    }

    // Little-endian, so that the first bytes are the low ones.
    private static ulong Load(ReadOnlySpan<byte> message, int start)
    {
        ulong value = MemoryMarshal.Read<ulong>(message[start..]);
        return BitConverter.IsLittleEndian ? value : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
    }

    private static bool TrySkip(ReadOnlySpan<byte> message, ref int at, int bytes)
    {
        if (message.Length - at < bytes)
        {
            return false;
        }

        at += bytes;
        return true;
    }

    private static bool TrySkipVarint(ReadOnlySpan<byte> message, ref int at)
    {
        int end = Math.Min(message.Length, at + MaximumVarintBytes);
        while (at < end)
        {
            if (message[at++] < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A tag or a length: a varint of at most ten bytes whose value fits in 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadNumber(ReadOnlySpan<byte> message, ref int at, out uint value)
    {
        if (at < message.Length && message[at] < 0x80)
        {
            value = message[at++];
            return true;
        }

        return TryReadLongNumber(message, ref at, out value);
    }

    private static bool TryReadLongNumber(ReadOnlySpan<byte> message, ref int at, out uint value)
    {
        value = 0;
        int end = Math.Min(message.Length, at + MaximumVarintBytes);
        for (int shift = 0; at < end; shift += 7)
        {
            byte next = message[at++];
            uint bits = next & 0x7Fu;

            // Four bytes hold 28 bits, the fifth the last 4; whatever follows must be zero.
            if ((shift == 28 && bits > 0x0F) || (shift > 28 && bits != 0))
            {
                return false;
            }

            if (shift <= 28)
            {
                value |= bits << shift;
            }

            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
