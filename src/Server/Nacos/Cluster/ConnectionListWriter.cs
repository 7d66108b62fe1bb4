using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using FastRegistry.Node.Hosting;
using FastRegistry.Node.Sessions;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Server.Nacos.Cluster;

/// <summary>Writes all connections as one JSON object, a few at a time, so that a list of 100,000 needs no more memory than one of 100.</summary>
/// <remarks>One per call. The caller's connection sets the pace: a piece is made when the last one was taken.</remarks>
internal sealed class ConnectionListWriter(RegistryNode node, TimeProvider timeProvider)
{
    private const int SlotsPerCopy = 256;
    private const int BytesPerPiece = 32 * 1024;

    // The answer is never put into a page: only what JSON demands is escaped.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Read once: all times of a list are by the same clock.
    private readonly DateTimeOffset _wheelStart = timeProvider.GetUtcNow().AddMilliseconds(-node.Wheel.Now);

    public async Task WriteAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        Utf8JsonWriter json = new(output, JsonOptions);
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            ClientSession?[] slots = new ClientSession?[SlotsPerCopy];
            int copied;
            for (int first = 0; (copied = node.Services.Sessions.CopySlots(first, slots)) > 0; first += copied)
            {
                for (int i = 0; i < copied; i++)
                {
                    if (slots[i] is { } session)
                    {
                        Write(json, session, new ConnectionId(node.Registry.Epoch.Incarnation, first + i, session.Id).ToString());
                    }

                    if (json.BytesPending >= BytesPerPiece && !await FlushAsync(json, output, cancellationToken).ConfigureAwait(false))
                    {
                        return;
                    }
                }
            }

            json.WriteEndObject();
            await FlushAsync(json, output, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>False when nobody reads any more.</summary>
    private static async Task<bool> FlushAsync(Utf8JsonWriter json, PipeWriter output, CancellationToken cancellationToken)
    {
        await json.FlushAsync(cancellationToken).ConfigureAwait(false);
        FlushResult flushed = await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        return !flushed.IsCompleted;
    }

    private void Write(Utf8JsonWriter json, ClientSession session, string id)
    {
        ClientProfile profile = session.Profile;
        ClientSession.StatusView status = session.Status;
        IPEndPoint? remote = status.RemoteEndPoint;
        string address = remote?.Address.ToString() ?? "";
        json.WriteStartObject(id);
        json.WriteStartObject("metaInfo");
        json.WriteString("connectType", "FASTREGISTRY");
        json.WriteString("clientIp", address);
        json.WriteString("remoteIp", address);
        json.WriteNumber("remotePort", remote?.Port ?? 0);
        json.WriteNumber("localPort", node.ClientEndPoint?.Port ?? 0);
        json.WriteString("version", profile.Version);
        json.WriteString("connectionId", id);
        json.WriteString("createTime", TimeOf(status.OpenedAt).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture));
        json.WriteNumber("lastActiveTime", TimeOf(status.LastReceived).ToUnixTimeMilliseconds());
        json.WriteString("appName", profile.Application);
        json.WriteString("tenant", profile.DefaultNamespace);
        json.WriteStartObject("labels");
        foreach ((string key, string value) in profile.Labels)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("clientName", profile.Name);
        json.WriteNumber("publications", status.Publications);
        json.WriteNumber("subscriptions", status.Subscriptions);
        json.WriteBoolean("behind", status.IsAboveHighWaterMark);
        json.WriteEndObject();
    }

    private DateTimeOffset TimeOf(long wheelMilliseconds) => _wheelStart.AddMilliseconds(wheelMilliseconds);
}
