using System.Buffers;
using System.Globalization;

namespace FastRegistry.Load.Plans;

/// <summary>The number of a change, written into an instance's metadata so that it can be found in an encoded list of any target, and in an encoded difference of lists.</summary>
/// <remarks><code>
///  @chg=0123456789abcdef        16 hexadecimal digits
/// </code></remarks>
internal static class PushMark
{
    private const int Digits = 16;
    private const int LongestCopiedList = 64 * 1024;

    /// <summary>Characters, and bytes, of a mark.</summary>
    public const int Length = 5 + Digits;

    private static ReadOnlySpan<byte> Prefix => "@chg="u8;

    public static string Write(long change) => string.Create(CultureInfo.InvariantCulture, $"@chg={change:x16}");

    /// <summary>Finds the first mark.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> list, out long change)
    {
        if (list.IsSingleSegment)
        {
            return TryRead(list.FirstSpan, out change);
        }

        int length = (int)Math.Min(list.Length, LongestCopiedList);
        byte[] copy = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            list.Slice(0, length).CopyTo(copy);
            return TryRead(copy.AsSpan(0, length), out change);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private static bool TryRead(ReadOnlySpan<byte> list, out long change)
    {
        int at = list.IndexOf(Prefix);
        change = 0;
        return at >= 0
            && list.Length >= at + Length
            && long.TryParse(list.Slice(at + Prefix.Length, Digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out change);
    }
}
