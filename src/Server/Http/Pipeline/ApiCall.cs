using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>One call of an endpoint: its parameters, and the ways to answer it.</summary>
/// <remarks>One per request, used by one thread at a time; never kept. A struct, so that frequent calls allocate nothing.</remarks>
internal readonly struct ApiCall(HttpContext context, EndpointDescription endpoint, RequestParameters parameters)
{
    private const string TextType = "text/plain; charset=utf-8";
    private const string JsonType = "application/json; charset=utf-8";

    public HttpContext Context => context;

    public EndpointDescription Endpoint => endpoint;

    public RequestParameters Parameters { get; } = parameters;

    public CancellationToken Aborted => context.RequestAborted;

    public bool IsV2 => endpoint.Style == ApiStyle.V2;

    /// <summary>Runs the parameter check as the endpoint's description wants it.</summary>
    /// <exception cref="Errors.HttpError">A rule is broken.</exception>
    public void Check() => ParameterCheck.Run(Parameters, endpoint.Checks, endpoint.Style == ApiStyle.NamingV1);

    /// <summary>Answers <c>ok</c> in the endpoint's style.</summary>
    public Task OkAsync() => IsV2 ? BodyAsync("""{"code":0,"message":"success","data":"ok"}"""u8, JsonType) : BodyAsync("ok"u8, TextType);

    /// <summary>Answers a text without quotes.</summary>
    public Task TextAsync(string text) => BodyAsync(Encoding.UTF8.GetBytes(text), TextType);

    /// <summary>Answers an object as it is.</summary>
    public Task JsonAsync<T>(T body, JsonTypeInfo<T> type) => BodyAsync(JsonSerializer.SerializeToUtf8Bytes(body, type), JsonType);

    /// <summary>Answers JSON that is encoded already.</summary>
    public Task JsonAsync(ReadOnlySpan<byte> utf8) => BodyAsync(utf8, JsonType);

    /// <summary>Answers <c>{"code":0,"message":"success","data":…}</c>.</summary>
    public Task ResultAsync<T>(T data, JsonTypeInfo<T> type) =>
        BodyAsync(Join("""{"code":0,"message":"success","data":"""u8, JsonSerializer.SerializeToUtf8Bytes(data, type)), JsonType);

    /// <summary>The same around JSON that is encoded already.</summary>
    public Task ResultAsync(ReadOnlySpan<byte> data) => BodyAsync(Join("""{"code":0,"message":"success","data":"""u8, data), JsonType);

    /// <summary>Answers <c>{"code":200,"message":null,"data":…}</c>.</summary>
    public Task RestResultAsync<T>(T data, JsonTypeInfo<T> type) =>
        BodyAsync(Join("""{"code":200,"message":null,"data":"""u8, JsonSerializer.SerializeToUtf8Bytes(data, type)), JsonType);

    /// <summary>The same around JSON that is encoded already.</summary>
    public Task RestResultAsync(ReadOnlySpan<byte> data) => BodyAsync(Join("""{"code":200,"message":null,"data":"""u8, data), JsonType);

    /// <summary>Answers <c>{"code":…,"message":…,"data":null}</c> with status 200, as v1 core and console tell some failures.</summary>
    public Task RestResultAsync(int code, string message) =>
        TypedAsync($$"""{"code":{{code}},"message":"{{JsonEncodedText.Encode(message, JsonText.Encoder)}}","data":null}""");

    /// <summary>Begins a JSON answer that the caller writes itself.</summary>
    /// <param name="lengthBytes">Its length; null = unknown.</param>
    public PipeWriter BeginJson(long? lengthBytes = null)
    {
        context.Response.ContentType = JsonType;
        context.Response.ContentLength = lengthBytes;
        return context.Response.BodyWriter;
    }

    private Task TypedAsync(string json) => BodyAsync(Encoding.UTF8.GetBytes(json), JsonType);

    private static byte[] Join(ReadOnlySpan<byte> head, ReadOnlySpan<byte> data)
    {
        byte[] body = GC.AllocateUninitializedArray<byte>(head.Length + data.Length + 1);
        head.CopyTo(body);
        data.CopyTo(body.AsSpan(head.Length));
        body[^1] = (byte)'}';
        return body;
    }

    private Task BodyAsync(ReadOnlySpan<byte> body, string contentType)
    {
        HttpResponse response = context.Response;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.BodyWriter.Write(body);

        // The server flushes when the request ends, so there is nothing to wait for.
        return Task.CompletedTask;
    }
}

/// <summary>Reads the JSON body of the few calls that have one. The listener limits its length.</summary>
internal static class JsonBody
{
    /// <summary>The value; null when there is none, or it is no JSON.</summary>
    public static async Task<JsonElement?> ReadAsync(ApiCall call)
    {
        PipeReader body = call.Context.Request.BodyReader;
        ReadResult read = await body.ReadAsync(call.Aborted).ConfigureAwait(false);
        while (!read.IsCompleted)
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await body.ReadAsync(call.Aborted).ConfigureAwait(false);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(read.Buffer);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
        finally
        {
            body.AdvanceTo(read.Buffer.End);
        }
    }
}

/// <summary>Cuts a page out of a list. Pages count from 1; one before the first is the first, one beyond the end is empty.</summary>
/// <param name="Number">Which page.</param>
/// <param name="Size">How long pages are.</param>
internal readonly record struct Page(int Number, int Size)
{
    public IEnumerable<T> Of<T>(IReadOnlyCollection<T> all)
    {
        long first = Math.Max(0, (Number - 1L) * Size);
        return first >= all.Count ? [] : all.Skip((int)first).Take(Size);
    }
}

/// <summary>A piece of a regular expression that a name must contain, as Nacos takes them: put between two <c>.*</c>.</summary>
/// <remarks>Untrusted callers write them, so the engine is the non-backtracking one, whose time is linear in the text; patterns it does not support
/// (look-around, back references) are rejected.</remarks>
internal sealed class NamePattern
{
    private const int MaximumLength = 512;

    private readonly Regex? _expression;

    private NamePattern(Regex? expression) => _expression = expression;

    /// <summary>Reads a pattern; none matches everything.</summary>
    /// <exception cref="HttpError">It is no regular expression, or one that is not taken.</exception>
    public static NamePattern Parse(string parameter, string? piece)
    {
        if (piece is null)
        {
            return new NamePattern(null);
        }

        if (piece.Length > MaximumLength)
        {
            throw HttpError.IllegalParameter(parameter, $"must not be longer than {MaximumLength} characters");
        }

        try
        {
            return new NamePattern(new Regex($"^(?:.*{piece}.*)$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            throw HttpError.IllegalParameter(parameter, $"must be a regular expression without look-around, back references and large repetitions, not \"{HttpError.Quote(piece)}\"");
        }
    }

    public bool Matches(string name) => _expression is null || _expression.IsMatch(name);
}

/// <summary>The HTTP address of this node as the caller can reach it: where the node listens on any address, the one that the caller connected to.</summary>
internal static class NodeAddress
{
    public static IPEndPoint Of(HttpContext context)
    {
        IPAddress address = context.RequestServices.GetRequiredService<HttpOptions>().EndPoint.Address;
        bool isAny = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
        if (isAny && context.Connection.LocalIpAddress is { } local)
        {
            address = local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local;
        }

        return new IPEndPoint(address, context.Connection.LocalPort);
    }
}
