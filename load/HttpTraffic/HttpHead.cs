using System.Buffers.Text;

namespace FastRegistry.Load.HttpTraffic;

/// <summary>Status line and headers of an answer, as far as the tool needs them: HTTP/1.1 with <c>Content-Length</c>. Other ways to end a body are not taken.</summary>
/// <param name="Bytes">Of all of it, with the empty line.</param>
/// <param name="Status">Such as 200.</param>
/// <param name="ContentBytes">Of the body.</param>
internal readonly record struct HttpHead(int Bytes, int Status, int ContentBytes)
{
    private const int MaximumBytes = 16 * 1024;
    private const int StatusStart = 9;

    /// <summary>Reads a head.</summary>
    /// <returns>Null when it is not complete yet.</returns>
    /// <exception cref="InvalidDataException">It is none that is taken.</exception>
    public static HttpHead? Read(ReadOnlySpan<byte> received)
    {
        int end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return received.Length <= MaximumBytes ? null : throw new InvalidDataException("not HTTP");
        }

        ReadOnlySpan<byte> lines = received[..(end + 2)];
        int lineEnd = lines.IndexOf("\r\n"u8);
        ReadOnlySpan<byte> first = lines[..lineEnd];
        if (!first.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(first[StatusStart..], out int status, out int digits) || digits != 3)
        {
            throw new InvalidDataException("not HTTP");
        }

        return new HttpHead(end + 4, status, FindContentLength(lines[(lineEnd + 2)..]));
    }

    private static int FindContentLength(ReadOnlySpan<byte> lines)
    {
        int content = -1;
        while (!lines.IsEmpty)
        {
            int end = lines.IndexOf("\r\n"u8);
            ReadOnlySpan<byte> line = lines[..end];
            lines = lines[(end + 2)..];
            int colon = line.IndexOf((byte)':');
            if (colon < 0)
            {
                throw new InvalidDataException("not HTTP");
            }

            ReadOnlySpan<byte> name = line[..colon];
            if (System.Text.Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8))
            {
                throw new InvalidDataException("a body without Content-Length");
            }

            if (System.Text.Ascii.EqualsIgnoreCase(name, "content-length"u8))
            {
                ReadOnlySpan<byte> value = line[(colon + 1)..].Trim((byte)' ');
                bool legal = content < 0 && Utf8Parser.TryParse(value, out content, out int consumed) && consumed == value.Length && content >= 0;
                content = legal ? content : throw new InvalidDataException("a wrong Content-Length");
            }
        }

        return content >= 0 ? content : throw new InvalidDataException("a body without Content-Length");
    }
}
