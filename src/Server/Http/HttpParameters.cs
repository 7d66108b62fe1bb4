using System.Globalization;
using FastRegistry.Server.Naming;

namespace FastRegistry.Server.Http;

/// <summary>The parameters of a v1 request: from the query and from a form body, the query first. Values are trimmed; blank ones count as absent.</summary>
internal sealed class HttpParameters
{
    private readonly IQueryCollection _query;
    private readonly IFormCollection? _form;

    private HttpParameters(IQueryCollection query, IFormCollection? form)
    {
        _query = query;
        _form = form;
    }

    /// <exception cref="ParameterError">The form body cannot be read.</exception>
    public static async ValueTask<HttpParameters> ReadAsync(HttpRequest request)
    {
        if (!request.HasFormContentType)
        {
            return new HttpParameters(request.Query, form: null);
        }

        try
        {
            return new HttpParameters(request.Query, await request.ReadFormAsync(request.HttpContext.RequestAborted).ConfigureAwait(false));
        }
        catch (Exception fault) when (IsBrokenForm(fault))
        {
            throw new ParameterError($"the form body cannot be read: {fault.Message.ReplaceLineEndings(" ")}");
        }
    }

    public string? Find(string name)
    {
        string? value = _query[name].FirstOrDefault() ?? _form?[name].FirstOrDefault();
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    /// <exception cref="ParameterError">It is missing.</exception>
    public string Require(string name) => Find(name) ?? throw ParameterError.Required(name);

    /// <exception cref="ParameterError">It is missing, or not a port.</exception>
    public int RequirePort(string name)
    {
        bool number = int.TryParse(Require(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int port);
        return number && NameRules.BrokenByPort(port) is null ? port : throw ParameterError.Illegal(name, "must be between 0 and 65535");
    }

    /// <exception cref="ParameterError">It is not a number.</exception>
    public double NumberOr(string name, double otherwise)
    {
        if (Find(name) is not { } text)
        {
            return otherwise;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw ParameterError.Illegal(name, $"must be a number, not \"{text}\"");
    }

    /// <summary>Nacos' reading of a flag: <c>y yes on true t</c> in any case are true, everything else is false.</summary>
    public bool FlagOr(string name, bool otherwise) => Find(name) is { } text ? IsTrue(text) : otherwise;

    /// <summary>A broken part, a form that breaks off, or a character set that is not taken. What Kestrel refuses has its own status.</summary>
    private static bool IsBrokenForm(Exception fault) =>
        fault is InvalidDataException or ArgumentException or NotSupportedException || fault is IOException and not BadHttpRequestException;

    private static bool IsTrue(string text) => text.ToLowerInvariant() is "y" or "yes" or "on" or "true" or "t";
}
