using System.Globalization;
using FastRegistry.Node.Hosting;
using FastRegistry.Node.Limits;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Sessions;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

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

        // One that is gone has moved already, as in Nacos.
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
        return call.JsonAsync(body, HttpJson.Default.ClusterLoadBody);
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
