using System.IO.Pipelines;
using System.Text.Json;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>Reads the JSON body of the few calls that have one. The listener bounds its length.</summary>
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
