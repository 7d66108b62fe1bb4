using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace FastRegistry.Server.Http.Parameters;

/// <summary>Decodes the text of queries and form bodies: <c>%xx</c> and <c>+</c>. A malformed escape is kept as it is, as in other servers.</summary>
internal static class UrlText
{
    /// <summary>The most bytes that one character is decoded to.</summary>
    public const int MaximumBytesPerCharacter = 3;

    private const int StackBytes = 512;

    private static readonly SearchValues<char> Encoded = SearchValues.Create("%+");

    /// <summary>True when there is nothing to decode.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text) => !text.ContainsAny(Encoded);

    /// <summary>The decoded text; bytes that are no UTF-8 become U+FFFD.</summary>
    public static string Decode(ReadOnlySpan<char> text)
    {
        if (IsPlain(text))
        {
            return text.ToString();
        }

        byte[]? rented = null;
        int maximum = text.Length * MaximumBytesPerCharacter;
        Span<byte> utf8 = maximum <= StackBytes ? stackalloc byte[StackBytes] : rented = ArrayPool<byte>.Shared.Rent(maximum);
        string decoded = Encoding.UTF8.GetString(utf8[..Decode(text, utf8)]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return decoded;
    }

    /// <summary>Writes the decoded text as bytes, UTF-8 unless the escapes say otherwise.</summary>
    /// <param name="text">The encoded text.</param>
    /// <param name="destination">At least <see cref="MaximumBytesPerCharacter"/> bytes for each character.</param>
    /// <returns>Bytes written.</returns>
    public static int Decode(ReadOnlySpan<char> text, Span<byte> destination)
    {
        int written = 0;
        while (!text.IsEmpty)
        {
            int plain = text.IndexOfAny(Encoded);
            plain = plain < 0 ? text.Length : plain;
            written += Encoding.UTF8.GetBytes(text[..plain], destination[written..]);
            text = text[plain..];
            if (text.IsEmpty)
            {
                break;
            }

            if (text[0] == '%' && text.Length > 2 && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]))
            {
                destination[written++] = (byte)((ValueOf(text[1]) << 4) | ValueOf(text[2]));
                text = text[3..];
            }
            else
            {
                destination[written++] = (byte)(text[0] == '+' ? ' ' : '%');
                text = text[1..];
            }
        }

        return written;
    }

    private static int ValueOf(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

/// <summary>The path that a request names, as it was sent: still encoded, without scheme, host and query.</summary>
internal static class RequestTarget
{
    private const string SchemeEnd = "://";

    public static string PathOf(HttpContext context)
    {
        ReadOnlySpan<char> target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? context.Request.Path.Value;
        int query = target.IndexOf('?');
        target = query < 0 ? target : target[..query];

        // The whole address, as it is sent to a proxy.
        int scheme = target.StartsWith('/') ? -1 : target.IndexOf(SchemeEnd, StringComparison.Ordinal);
        if (scheme >= 0)
        {
            target = target[(scheme + SchemeEnd.Length)..];
            int path = target.IndexOf('/');
            target = path < 0 ? "/" : target[path..];
        }

        return target.ToString();
    }
}
