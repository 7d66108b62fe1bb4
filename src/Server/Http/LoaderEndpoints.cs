using System.Globalization;
using System.Net;
using FastRegistry.Server.Hosting;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Requests;
using FastRegistry.Server.Limits;
using FastRegistry.Server.Observability;
using FastRegistry.Server.Sessions;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Server.Http;

/// <summary><c>/nacos/v2/core/loader</c>: operators look at the connections of this node, move one, or have it shed some. Paths and answers are Nacos'.</summary>
internal static class LoaderEndpoints
{
    private const string Path = "/nacos/v2/core/loader";

    // As in Nacos.
    private const double DefaultLoaderFactor = 0.1;
    private const double OverloadedFrom = 1.1;

    public static void Map(WebApplication application)
    {
        application.MapGet($"{Path}/current", CurrentAsync);
        application.MapGet($"{Path}/reloadCurrent", ReloadCurrentAsync);
        application.MapGet($"{Path}/reloadClient", ReloadClientAsync);
        application.MapGet($"{Path}/cluster", Cluster);
        application.MapGet($"{Path}/smartReloadCluster", SmartReloadClusterAsync);
    }

    private static async Task CurrentAsync(HttpContext context, RegistryNode node, TimeProvider timeProvider)
    {
        OperatorAccess.Check(context, node.Options.Operator);
        context.Response.ContentType = "application/json; charset=utf-8";
        await new ConnectionListWriter(node, timeProvider).WriteAsync(context.Response.BodyWriter, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task<IResult> ReloadCurrentAsync(HttpContext context, RegistryNode node)
    {
        OperatorAccess.Check(context, node.Options.Operator);
        RequestParameters parameters = await RequestParameters.ReadAsync(context.Request).ConfigureAwait(false);
        int count = int.TryParse(parameters.Require("count"), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw HttpError.IllegalParameter("count", $"must be a whole number between 0 and {int.MaxValue}");
        IReadOnlyList<string> addresses = RedirectAddressOf(parameters);
        node.OperatorShedder.Start(() => SessionChoice.Beyond(node.Services.Sessions, count, addresses));
        return Results.Text("success");
    }

    private static async Task<IResult> ReloadClientAsync(HttpContext context, RegistryNode node)
    {
        OperatorAccess.Check(context, node.Options.Operator);
        RequestParameters parameters = await RequestParameters.ReadAsync(context.Request).ConfigureAwait(false);
        if (!ConnectionId.TryParse(parameters.Require("connectionId"), out ConnectionId id))
        {
            throw HttpError.IllegalParameter("connectionId", $"must be an id from {Path}/current");
        }

        IReadOnlyList<string> addresses = RedirectAddressOf(parameters);

        // One that is gone has moved already, as in Nacos.
        if (id.Incarnation == node.Registry.Epoch.Incarnation
            && node.Services.Sessions.Find(id.Slot) is { } session
            && session.Id == id.Session
            && SessionEnding.TryAskToMove(session, GoAwayReason.Move, "an operator moves this connection", addresses))
        {
            node.Metrics.CountMoved();
        }

        return Results.Text("success");
    }

    private static IResult Cluster(HttpContext context, RegistryNode node, MachineLoad load)
    {
        OperatorAccess.Check(context, node.Options.Operator);
        int connections = node.Services.Sessions.Count;
        string count = connections.ToString(CultureInfo.InvariantCulture);
        string address = new IPEndPoint(node.Options.Http.EndPoint.Address, context.Connection.LocalPort).ToString();
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
            [new MemberLoadBody(address, metric)]);
        return Results.Json(body, HttpJson.Default.ClusterLoadBody);
    }

    /// <summary>Evens connections out between the members of the cluster. A single one has nobody to share with.</summary>
    private static async Task<IResult> SmartReloadClusterAsync(HttpContext context, RegistryNode node)
    {
        OperatorAccess.Check(context, node.Options.Operator);
        RequestParameters parameters = await RequestParameters.ReadAsync(context.Request).ConfigureAwait(false);
        if ((parameters.FindNumber("loaderFactor") ?? DefaultLoaderFactor) is not (>= 0 and <= 1))
        {
            throw HttpError.IllegalParameter("loaderFactor", "must be between 0 and 1");
        }

        return Results.Text("Ok");
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
