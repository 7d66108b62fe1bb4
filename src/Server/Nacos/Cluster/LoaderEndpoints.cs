using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastRegistry.Node.Hosting;
using FastRegistry.Node.Limits;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Sessions;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Server.Nacos.Cluster;

/// <summary><c>/v2/core/loader</c>: operators look at the connections of this node, move one, or have it shed some. Paths and answers are Nacos'.</summary>
internal sealed class LoaderEndpoints(RegistryNode node, HttpOptions options, TimeProvider timeProvider, MachineLoad load)
{
    private const string Path = "/v2/core/loader";

    // As in Nacos.
    private const double DefaultLoaderFactor = 0.1;
    private const double OverloadedFrom = 1.1;

    private static readonly ParameterDescription RedirectParameter =
        ParameterDescription.Optional("redirectAddress", ParameterType.Text, null, "Where to: `host:port` of another node's client port.");

    private static readonly EndpointDescription Common = new("GET", Path, "")
    {
        Style = ApiStyle.V2,
        ErrorsAs = ErrorBody.CausedText,
        IsForOperators = true,
        Success = SuccessDescription.Text("success"),
        Errors = [new ErrorDescription(400, ResultCode.ParameterValidateError, "a parameter is missing or breaks its rule")],
    };

    private static readonly EndpointDescription Current = Common with
    {
        Path = $"{Path}/current",
        Summary = "All client connections of this node.",
        Success = SuccessDescription.Json(
            """{"1700000000000_17_4711":{"metaInfo":{"connectType":"FASTREGISTRY","clientIp":"10.0.0.9","remoteIp":"10.0.0.9","remotePort":54321,"localPort":7848,"version":"1.0","connectionId":"1700000000000_17_4711","createTime":"2025-01-01T10:00:00.000+00:00","lastActiveTime":1700000000000,"appName":"orders","tenant":"public","labels":{"app":"orders"}},"clientName":"orders","publications":1,"subscriptions":2,"behind":false}}"""),
        Errors = [],
    };

    private static readonly EndpointDescription Cluster = Common with
    {
        Path = $"{Path}/cluster",
        Summary = "Connections and load of the members.",
        Success = SuccessDescription.Json(
            """{"total":0,"min":0,"avg":0,"max":0,"memberCount":1,"metricsCount":1,"threshold":0.0,"completed":true,"detail":[{"address":"10.0.0.1:8848","metric":{"conCount":"0","sdkConCount":"0","load":"0.5","cpu":"0.1"}}]}"""),
        Errors = [],
        Note = "One node.",
    };

    private static readonly EndpointDescription ReloadCurrent = Common with
    {
        Path = $"{Path}/reloadCurrent",
        Summary = "The node sheds connections down to a count.",
        Parameters = [ParameterDescription.Required("count", ParameterType.WholeNumber, "How many stay."), RedirectParameter],
    };

    private static readonly EndpointDescription ReloadClient = Common with
    {
        Path = $"{Path}/reloadClient",
        Summary = "Asks one connection to move.",
        Parameters = [ParameterDescription.Required("connectionId", ParameterType.Text, $"An id from `{Path}/current`."), RedirectParameter],
        Note = "One that is gone has moved already.",
    };

    private static readonly EndpointDescription SmartReload = Common with
    {
        Path = $"{Path}/smartReloadCluster",
        Summary = "Evens connections out between the members.",
        Parameters =
        [
            ParameterDescription.Optional("loaderFactor", ParameterType.Number, "0.1", "How far apart they may be, 0 to 1."),
            ParameterDescription.Optional("force", ParameterType.Flag, null, "Taken and ignored."),
        ],
        Success = SuccessDescription.Text("Ok"),
        Note = "One node: there is nothing to even out.",
    };

    public void Map(ApiRoutes api)
    {
        api.Map(Current, call =>
        {
            call.BeginJson();
            return new ConnectionListWriter(node, timeProvider).WriteAsync(call.Context.Response.BodyWriter, call.Aborted);
        });
        api.Map(Cluster, ClusterAsync);
        api.Map(ReloadCurrent, ReloadCurrentAsync);
        api.Map(ReloadClient, ReloadClientAsync);
        api.Map(SmartReload, static call => (call.Parameters.FindNumber("loaderFactor") ?? DefaultLoaderFactor) is >= 0 and <= 1
            ? call.TextAsync("Ok")
            : throw HttpError.IllegalParameter("loaderFactor", "must be between 0 and 1"));
    }

    private Task ReloadCurrentAsync(ApiCall call)
    {
        int count = int.TryParse(call.Parameters.Require("count"), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw HttpError.IllegalParameter("count", $"must be a whole number between 0 and {int.MaxValue}");
        IReadOnlyList<string> addresses = RedirectAddressOf(call.Parameters);
        node.OperatorShedder.Start(() => SheddingPolicy.Beyond(node.Services.Sessions, count, addresses));
        return call.TextAsync("success");
    }

    private Task ReloadClientAsync(ApiCall call)
    {
        if (!ConnectionId.TryParse(call.Parameters.Require("connectionId"), out ConnectionId id))
        {
            throw HttpError.IllegalParameter("connectionId", $"must be an id from {options.ContextPath}{Path}/current");
        }

        IReadOnlyList<string> addresses = RedirectAddressOf(call.Parameters);

        // A connection that is gone counts as moved, as in Nacos.
        if (id.Incarnation == node.Registry.Epoch.Incarnation
            && node.Services.Sessions.Find(id.Slot) is { } session
            && session.Id == id.Session
            && session.TryAskToMove(GoAwayReason.Move, "an operator moves this connection", addresses))
        {
            node.Metrics.CountMoved();
        }

        return call.TextAsync("success");
    }

    private Task ClusterAsync(ApiCall call)
    {
        int connections = node.Services.Sessions.Count;
        string count = connections.ToString(CultureInfo.InvariantCulture);
        MemberMetricBody metric = new(count, count, JavaDoubleConverter.TextOf(MachineLoad.ReadAverage()), JavaDoubleConverter.TextOf(load.ReadProcessorShare()));
        ClusterLoadBody body = new(
            connections,
            connections,
            connections,
            connections,
            MemberCount: 1,
            MetricsCount: 1,
            Threshold: Math.Round(connections * OverloadedFrom, 6),
            Completed: true,
            [new MemberLoadBody(NodeAddress.Of(call.Context).ToString(), metric)]);
        return call.JsonAsync(body, LoaderJson.Default.ClusterLoadBody);
    }

    private static IReadOnlyList<string> RedirectAddressOf(RequestParameters parameters)
    {
        if (parameters.Find("redirectAddress") is not { } address)
        {
            return [];
        }

        HttpError.ThrowIf("redirectAddress", RedirectAddress.Broken(address));
        return [address];
    }
}

/// <summary>Body of <c>GET /nacos/v2/core/loader/cluster</c>.</summary>
/// <param name="Total">Connections of all members.</param>
/// <param name="Min">Fewest on a member.</param>
/// <param name="Avg">Average.</param>
/// <param name="Max">Most on a member.</param>
/// <param name="MemberCount">Members.</param>
/// <param name="MetricsCount">Members that answered.</param>
/// <param name="Threshold">A tenth above the average: from here on a member counts as overloaded.</param>
/// <param name="Completed">All members answered.</param>
/// <param name="Detail">One per member.</param>
internal sealed record ClusterLoadBody(
    int Total,
    int Min,
    int Avg,
    int Max,
    int MemberCount,
    int MetricsCount,
    [property: JsonConverter(typeof(JavaDoubleConverter))] double Threshold,
    bool Completed,
    IReadOnlyList<MemberLoadBody> Detail);

/// <summary>Load of one member.</summary>
/// <param name="Address">Its HTTP address.</param>
/// <param name="Metric">Its figures.</param>
internal sealed record MemberLoadBody(string Address, MemberMetricBody Metric);

/// <summary>Figures of one member, as texts, as in Nacos.</summary>
/// <param name="ConCount">Connections.</param>
/// <param name="SdkConCount">Those of clients.</param>
/// <param name="Load">Load average of the machine over a minute.</param>
/// <param name="Cpu">Part of the processors the node uses, 0 … 1.</param>
internal sealed record MemberMetricBody(string ConCount, string SdkConCount, string Load, string Cpu);

/// <summary>Source-generated serialisation of the bodies above.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClusterLoadBody))]
internal sealed partial class LoaderJson : JsonSerializerContext;

/// <summary>Writes all connections as one JSON object, in pieces, so that a list of 100,000 needs no more memory than one of 100.</summary>
/// <remarks>One per call. The caller's connection sets the pace: the next piece is encoded when the previous one has been flushed.</remarks>
internal sealed class ConnectionListWriter(RegistryNode node, TimeProvider timeProvider)
{
    private const int SlotsPerCopy = 256;
    private const int BytesPerPiece = 32 * 1024;

    // Responses are never embedded in HTML, so only what JSON demands is escaped.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Read once, so that all times of a list refer to the same clock reading.
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

    /// <summary>False when the caller no longer reads.</summary>
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
