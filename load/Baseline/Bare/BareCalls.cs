using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FastRegistry.Node.Observability;

namespace FastRegistry.Load.Baseline.Bare;

/// <summary>The answers of the bare endpoint: the product's bytes and headers, without looking at a parameter. One per host; any thread.</summary>
internal sealed class BareCalls
{
    private const string JsonType = "application/json; charset=utf-8";
    private const string TextType = "text/plain; charset=utf-8";
    private const string BeatPath = "/nacos/v1/ns/instance/beat";
    private const string ListPath = "/nacos/v1/ns/instance/list";
    private const string InstancePath = "/nacos/v1/ns/instance";
    private const string OwnListPath = "/bare/list";

    // What the load tool needs to know; there are no client connections.
    private static readonly MetricDefinition[] Metrics =
    [
        new("fastregistry_connections", "Client connections that are open.", IsCounter: false, static () => 0),
        new("fastregistry_managed_heap_bytes", "Managed heap.", IsCounter: false, static () => GC.GetTotalMemory(forceFullCollection: false)),
        new("fastregistry_allocated_bytes_total", "Managed bytes allocated since the start.", IsCounter: true, static () => GC.GetTotalAllocatedBytes(precise: false)),
        new("fastregistry_resident_anonymous_bytes", "Anonymous resident memory.", IsCounter: false, static () => ProcessMemory.ReadAnonymousBytes()),
        new("fastregistry_cpu_seconds_total", "Processor time of the process.", IsCounter: true, static () => Environment.CpuUsage.TotalTime.TotalSeconds),
    ];

    private readonly byte[] _beat = """{"clientBeatInterval":5000,"code":10200,"lightBeatEnabled":true}"""u8.ToArray();
    private volatile byte[] _list = "{}"u8.ToArray();

    public Task RunAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        string path = request.Path.Value ?? "";
        if (HttpMethods.IsPut(request.Method) && path == BeatPath)
        {
            return Answer(context, _beat, JsonType);
        }

        if (HttpMethods.IsGet(request.Method) && path == ListPath)
        {
            return Answer(context, _list, JsonType);
        }

        return RunOtherAsync(context, $"{request.Method} {path}");
    }

    private async Task RunOtherAsync(HttpContext context, string call)
    {
        switch (call)
        {
            case "POST " + InstancePath:
                await Answer(context, "ok"u8, TextType).ConfigureAwait(false);
                break;
            case "POST " + OwnListPath:
                _list = await ReadAsync(context).ConfigureAwait(false);
                await Answer(context, "ok"u8, TextType).ConfigureAwait(false);
                break;
            case "GET /metrics":
                await Answer(context, Encoding.UTF8.GetBytes(PrometheusText.Write(Metrics)), PrometheusText.ContentType).ConfigureAwait(false);
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        PipeReader reader = context.Request.BodyReader;
        ReadResult read = await reader.ReadAtLeastAsync((int)(context.Request.ContentLength ?? 0), context.RequestAborted).ConfigureAwait(false);
        byte[] body = read.Buffer.ToArray();
        reader.AdvanceTo(read.Buffer.End);
        return body;
    }

    private static Task Answer(HttpContext context, ReadOnlySpan<byte> body, string contentType)
    {
        HttpResponse response = context.Response;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.BodyWriter.Write(body);

        // The end of the request flushes.
        return Task.CompletedTask;
    }
}
