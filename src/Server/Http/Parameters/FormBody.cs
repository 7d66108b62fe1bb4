using System.IO.Pipelines;
using System.Text;
using FastRegistry.Server.Http.Errors;
using Microsoft.Extensions.Primitives;

namespace FastRegistry.Server.Http.Parameters;

/// <summary>Reads a form body, on whatever verb it comes, as the text of a query.</summary>
/// <remarks>The listener bounds its length; the number of fields is bounded here. JSON and other bodies are none of ours and are left alone.</remarks>
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

    /// <summary>A broken part, a form that breaks off, or a character set that is not taken. What the listener refuses has its own status.</summary>
    private static bool IsBrokenForm(Exception fault) =>
        fault is InvalidDataException or ArgumentException or NotSupportedException || fault is IOException and not BadHttpRequestException;
}
