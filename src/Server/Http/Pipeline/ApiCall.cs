using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>One call of an endpoint: what it asks, and the ways to answer it.</summary>
/// <remarks>One per request, used by one thread at a time; never kept. A value: calls that come often allocate nothing.</remarks>
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
    public void Check() => ParameterCheck.Run(Parameters, endpoint.Checks, endpoint.Style);

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
        TypedAsync($$"""{"code":{{code}},"message":"{{JsonEncodedText.Encode(message, HttpJson.Encoder)}}","data":null}""");

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

        // The end of the request flushes; nothing to wait for.
        return Task.CompletedTask;
    }
}
