using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using FastRegistry.Server.Http.Errors;
using Microsoft.Extensions.Primitives;

namespace FastRegistry.Server.Http.Parameters;

/// <summary>The parameters of a request: those of the query, then those of a form body, on every verb; of a repeated name the first value counts.</summary>
/// <remarks>Nothing is parsed in advance: a look-up scans the text and decodes only the value that it finds, which for the few parameters of a naming
/// request is cheaper than a dictionary. Values are trimmed; blank ones count as absent. Names are compared by case, as in Nacos.</remarks>
internal readonly struct RequestParameters
{
    private readonly string _query;
    private readonly string _form;

    public RequestParameters(string query, string form, MissingParameterText missingText)
    {
        _query = query;
        _form = form;
        MissingText = missingText;
    }

    /// <summary>How the endpoint words that a parameter is missing.</summary>
    public MissingParameterText MissingText { get; }

    /// <exception cref="HttpError">The form body cannot be read.</exception>
    public static ValueTask<RequestParameters> ReadAsync(HttpRequest request, MissingParameterText missingText = default)
    {
        string query = request.QueryString.Value ?? "";
        ValueTask<string> reading = FormBody.ReadAsync(request);
        return reading.IsCompletedSuccessfully
            ? ValueTask.FromResult(new RequestParameters(query, reading.Result, missingText))
            : WaitAsync(query, reading, missingText);
    }

    /// <summary>The value; null when it is absent or blank.</summary>
    public string? Find(string name) => TryFindEncoded(name, out ReadOnlySpan<char> encoded) ? TextOf(encoded) : null;

    /// <summary>The value even when it is blank; null when it is absent. For the few parameters to which empty means something.</summary>
    public string? FindOrEmpty(string name) => TryFindEncoded(name, out ReadOnlySpan<char> encoded) ? TextOf(encoded) ?? "" : null;

    /// <summary>The value even when it is blank.</summary>
    /// <exception cref="HttpError">It is absent.</exception>
    public string RequireOrEmpty(string name) => FindOrEmpty(name) ?? throw HttpError.Missing(name, "String", MissingText);

    /// <exception cref="HttpError">It is absent or blank.</exception>
    public string Require(string name, string type = "String") => Find(name) ?? throw HttpError.Missing(name, type, MissingText);

    /// <summary>Finds a value without decoding it.</summary>
    public bool TryFindEncoded(string name, out ReadOnlySpan<char> encoded) =>
        TryFind(_query.AsSpan(_query.StartsWith('?') ? 1 : 0), name, out encoded) || TryFind(_form, name, out encoded);

    /// <summary>Decodes a value into a buffer, trimmed, without a string.</summary>
    /// <returns>Bytes written, 0 when it is absent or blank, -1 when it does not fit.</returns>
    public int ReadUtf8(string name, Span<byte> destination)
    {
        if (!TryFindEncoded(name, out ReadOnlySpan<char> encoded))
        {
            return 0;
        }

        encoded = encoded.Trim();
        if (encoded.Length * UrlText.MaximumBytesPerCharacter > destination.Length)
        {
            return -1;
        }

        int written = UrlText.Decode(encoded, destination);
        ReadOnlySpan<byte> trimmed = destination[..written].Trim((byte)' ');
        trimmed.CopyTo(destination);
        return trimmed.Length;
    }

    /// <exception cref="HttpError">It is there and is no whole number.</exception>
    public int? FindWholeNumber(string name) => Find(name) is { } text
        ? int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : throw HttpError.NotANumber(text)
        : null;

    /// <exception cref="HttpError">It is absent, or no whole number.</exception>
    public int RequireWholeNumber(string name) => FindWholeNumber(name) ?? throw HttpError.Missing(name, "Integer", MissingText);

    /// <exception cref="HttpError">It is there and is no number.</exception>
    public double? FindNumber(string name) => Find(name) is { } text
        ? double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : throw HttpError.NotANumber(text)
        : null;

    /// <summary>A flag as v1 reads it; null when it is absent.</summary>
    public bool? FindWord(string name) => Find(name) is { } text ? FlagText.IsWordForTrue(text) : null;

    /// <summary>True only when it is <c>true</c>, in any case.</summary>
    public bool IsTrue(string name) => TryFindEncoded(name, out ReadOnlySpan<char> encoded) && FlagText.IsTrue(encoded.Trim());

    /// <summary>A flag as v2 reads it; null when it is absent.</summary>
    /// <exception cref="HttpError">It is there and is none of the words.</exception>
    public bool? FindFlag(string name) => Find(name) is { } text
        ? FlagText.Parse(text) ?? throw HttpError.IllegalParameter(name, $"must be true or false, not \"{HttpError.Quote(text)}\"")
        : null;

    private static async ValueTask<RequestParameters> WaitAsync(string query, ValueTask<string> reading, MissingParameterText missingText) =>
        new(query, await reading.ConfigureAwait(false), missingText);

    private static string? TextOf(ReadOnlySpan<char> encoded)
    {
        string text = UrlText.Decode(encoded.Trim()).Trim();
        return text.Length > 0 ? text : null;
    }

    private static bool TryFind(ReadOnlySpan<char> text, string name, out ReadOnlySpan<char> value)
    {
        while (!text.IsEmpty)
        {
            int end = text.IndexOf('&');
            ReadOnlySpan<char> pair = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];

            // Fast path: most pairs are other parameters, whose names begin with another letter. A name that begins with an escape may still be the right one.
            if (pair.IsEmpty || (pair[0] != name[0] && pair[0] != '%'))
            {
                continue;
            }

            int equals = pair.IndexOf('=');
            ReadOnlySpan<char> key = equals < 0 ? pair : pair[..equals];
            if (IsName(key, name))
            {
                value = equals < 0 ? [] : pair[(equals + 1)..];
                return true;
            }
        }

        value = default;
        return false;
    }

    private static bool IsName(ReadOnlySpan<char> key, string name)
    {
        if (key.SequenceEqual(name))
        {
            return true;
        }

        // Names are plain words; an encoded one is as long at most as all of its letters encoded.
        return key.Length > name.Length && key.Length <= name.Length * 3 && !UrlText.IsPlain(key) && UrlText.Decode(key) == name;
    }
}

/// <summary>Reads flags as Nacos does, which is three different ways.</summary>
internal static class FlagText
{
    /// <summary>v1: <c>y yes on true t</c> in any case are true, everything else is false.</summary>
    public static bool IsWordForTrue(ReadOnlySpan<char> text) =>
        Is(text, "true") || Is(text, "t") || Is(text, "yes") || Is(text, "y") || Is(text, "on");

    /// <summary><c>healthyOnly</c>, <c>onlyStatus</c>, <c>aggregation</c>: only <c>true</c> in any case is true.</summary>
    public static bool IsTrue(ReadOnlySpan<char> text) => Is(text, "true");

    /// <summary>v2: <c>true on yes 1</c> and <c>false off no 0</c> in any case; null for everything else.</summary>
    public static bool? Parse(ReadOnlySpan<char> text)
    {
        if (Is(text, "true") || Is(text, "on") || Is(text, "yes") || Is(text, "1"))
        {
            return true;
        }

        return Is(text, "false") || Is(text, "off") || Is(text, "no") || Is(text, "0") ? false : null;
    }

    private static bool Is(ReadOnlySpan<char> text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Reads a form body, whatever the HTTP method, as the text of a query.</summary>
/// <remarks>The listener bounds its length; the number of fields is bounded here. JSON and other bodies are not read here.</remarks>
internal static class FormBody
{
    /// <summary>Fields a form may have.</summary>
    public const int MaximumFields = 1024;

    private const string UrlEncoded = "application/x-www-form-urlencoded";

    /// <summary>The form as <c>name=value&amp;name=value</c>; empty when there is none.</summary>
    /// <exception cref="HttpError">The form cannot be read.</exception>
    public static ValueTask<string> ReadAsync(HttpRequest request)
    {
        string? contentType = request.ContentType;
        if (contentType is null || request.ContentLength == 0)
        {
            return ValueTask.FromResult("");
        }

        if (contentType.StartsWith(UrlEncoded, StringComparison.OrdinalIgnoreCase))
        {
            return ReadUrlEncodedAsync(request.BodyReader, request.HttpContext.RequestAborted);
        }

        return request.HasFormContentType ? ReadMultipartAsync(request) : ValueTask.FromResult("");
    }

    private static async ValueTask<string> ReadUrlEncodedAsync(PipeReader body, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (!read.IsCompleted)
            {
                body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            string form = Encoding.UTF8.GetString(read.Buffer);
            body.AdvanceTo(read.Buffer.End);
            return form.AsSpan().Count('&') < MaximumFields ? form : throw HttpError.Illegal($"the form has more than {MaximumFields} fields");
        }
    }

    private static async ValueTask<string> ReadMultipartAsync(HttpRequest request)
    {
        try
        {
            IFormCollection form = await request.ReadFormAsync(request.HttpContext.RequestAborted).ConfigureAwait(false);
            StringBuilder text = new();
            foreach ((string name, StringValues values) in form)
            {
                text.Append(text.Length > 0 ? "&" : "").Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(values.FirstOrDefault() ?? ""));
            }

            return text.ToString();
        }
        catch (Exception fault) when (IsBrokenForm(fault))
        {
            throw HttpError.Illegal($"the form body cannot be read: {fault.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>A broken part, a form that breaks off, or a character set that is not taken. A request that the listener rejects keeps the status that the
    /// listener gave it.</summary>
    private static bool IsBrokenForm(Exception fault) =>
        fault is InvalidDataException or ArgumentException or NotSupportedException || fault is IOException and not BadHttpRequestException;
}
