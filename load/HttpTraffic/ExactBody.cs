namespace FastRegistry.Load.HttpTraffic;

/// <summary>These bytes and no others, except in one place where any bytes may be, such as a time.</summary>
/// <param name="expected">The body.</param>
/// <param name="freeStart">Where any bytes may be.</param>
/// <param name="freeBytes">How many; 0 = nowhere.</param>
internal sealed class ExactBody(byte[] expected, int freeStart = 0, int freeBytes = 0) : IBodyRule
{
    /// <summary>A list, in which the time of the answer is another each time. A body without one must be the same to the byte.</summary>
    public static ExactBody OfList(byte[] list)
    {
        ReadOnlySpan<byte> name = "\"lastRefTime\":"u8;
        int start = list.AsSpan().LastIndexOf(name);
        if (start < 0)
        {
            return new ExactBody(list);
        }

        start += name.Length;
        int digits = list.AsSpan(start).IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return new ExactBody(list, start, Math.Max(0, digits));
    }

    public bool Accepts(ReadOnlySpan<byte> body)
    {
        int afterFree = freeStart + freeBytes;
        return body.Length == expected.Length
            && body[..freeStart].SequenceEqual(expected.AsSpan(0, freeStart))
            && body[afterFree..].SequenceEqual(expected.AsSpan(afterFree));
    }
}
