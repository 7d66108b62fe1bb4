using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Lists;
using FastRegistry.Server.Nacos.UdpPush;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary><c>/v1/ns/instance/list</c> and <c>/v2/ns/instance/list</c>: what consumers poll.</summary>
/// <remarks>A list that did not change since the last reader of its kind costs a look-up by the bytes of the request and a copy. What differs from that goes the slow
/// way: a first reader, an unknown service, a wrong parameter.</remarks>
internal sealed class InstanceListEndpoints(ServiceRegistry registry, SwitchBoard switchBoard, UdpSubscribers subscribers, TimeProvider timeProvider)
{
    private const int MaximumClustersBytes = 512;

    // Kept with a subscriber: longer texts are no client's.
    private const int MaximumAgentLength = 256;

    private static readonly EndpointDescription ListV1 = new("GET", "/v1/ns/instance/list", "The instances of a service that a consumer may call.")
    {
        Checks = ParameterChecks.List,
        Parameters =
        [
            InstanceParameters.Service,
            InstanceParameters.Group,
            InstanceParameters.Namespace,
            ParameterDescription.Optional("clusters", ParameterType.Text, null, "Clusters to see, separated by commas; empty = all."),
            ParameterDescription.Optional("healthyOnly", ParameterType.Flag, "false", "Leaves unhealthy instances out."),
            ParameterDescription.Optional("clientIP", ParameterType.Text, null, "Address of the subscriber."),
            ParameterDescription.Optional("udpPort", ParameterType.WholeNumber, "0", "Port of the subscriber for pushes; 0 = none."),
            ParameterDescription.Optional("app", ParameterType.Text, null, "Application of the subscriber."),
        ],
        Success = SuccessDescription.Json("""
            {"name":"DEFAULT_GROUP@@s","groupName":"DEFAULT_GROUP","clusters":"","cacheMillis":10000,"hosts":[{"instanceId":"1.1.1.1#8080#DEFAULT#DEFAULT_GROUP@@s","ip":"1.1.1.1","port":8080,"weight":1.0,"healthy":true,"enabled":true,"ephemeral":true,"clusterName":"DEFAULT","serviceName":"DEFAULT_GROUP@@s","metadata":{},"instanceHeartBeatInterval":5000,"instanceHeartBeatTimeOut":15000,"ipDeleteTimeout":30000,"instanceIdGenerator":"simple"}],"lastRefTime":1700000000000,"checksum":"","allIPs":false,"reachProtectionThreshold":false,"valid":true,"dom":"DEFAULT_GROUP@@s"}
            """),
        Errors = [InstanceParameters.Missing, InstanceParameters.NotANumber],
        Note = "An unknown service is an empty list, never 404. `dom` is what 1.x had; some of its clients look for it.",
        Operation = NamingOperation.HttpList,
    };

    private static readonly EndpointDescription ListV2 = ListV1 with
    {
        Path = "/v2/ns/instance/list",
        Style = ApiStyle.V2,
        Success = SuccessDescription.Json("""
            {"code":0,"message":"success","data":{"name":"DEFAULT_GROUP@@s","groupName":"DEFAULT_GROUP","clusters":"","cacheMillis":10000,"hosts":[{"instanceId":"1.1.1.1#8080#DEFAULT#DEFAULT_GROUP@@s","ip":"1.1.1.1","port":8080,"weight":1.0,"healthy":true,"enabled":true,"ephemeral":true,"clusterName":"DEFAULT","serviceName":"DEFAULT_GROUP@@s","metadata":{},"instanceHeartBeatInterval":5000,"instanceHeartBeatTimeOut":15000,"ipDeleteTimeout":30000,"instanceIdGenerator":"simple"}],"lastRefTime":1700000000000,"checksum":"","allIPs":false,"reachProtectionThreshold":false,"valid":true}}
            """),
        Note = "An unknown service is an empty list, never 404.",
        MissingText = MissingParameterText.RequiredRequestParameter,
        Parameters =
        [
            InstanceParameters.Service,
            InstanceParameters.Group,
            InstanceParameters.Namespace,
            ParameterDescription.Optional("clusterName", ParameterType.Text, null, "Clusters to see, separated by commas; empty = all."),
            ParameterDescription.Optional("healthyOnly", ParameterType.Flag, "false", "Leaves unhealthy instances out."),
            ParameterDescription.Optional("ip", ParameterType.Text, null, "Address of the subscriber."),
            ParameterDescription.Optional("port", ParameterType.WholeNumber, "0", "Port of the subscriber for pushes; 0 = none."),
            ParameterDescription.Optional("app", ParameterType.Text, null, "Application of the subscriber."),
        ],
    };

    public void Map(ApiRoutes api)
    {
        api.Map(ListV1, ListAsync);
        api.Map(ListV2, ListAsync);
    }

    private Task ListAsync(ApiCall call)
    {
        int udpPort = UdpPortOf(call);
        ListForm form = udpPort > 0 ? FindAndSubscribe(call, udpPort) : FindQuickly(call) ?? Find(call);
        return ListAnswer.WriteAsync(call, form, switchBoard.Current.DefaultPushCacheMilliseconds, timeProvider.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>Subscribed first, then read: no change is missed between the two.</summary>
    private ListForm FindAndSubscribe(ApiCall call, int udpPort)
    {
        string agent = PushAgents.AgentOf(call.Context.Request);
        if (agent.Length <= MaximumAgentLength && PushAgents.Understands(agent, switchBoard.Current.PushVersions) && PushTarget.Of(call, AddressOf(call), udpPort) is { } target)
        {
            (ServiceKey service, string clusters, _) = Read(call);
            string application = call.Parameters.Find("app") ?? "";
            if (application.Length <= MaximumAgentLength)
            {
                subscribers.Poll(target, new UdpPoll(AddressOf(call) ?? "", agent, application), service, clusters);
            }
        }

        return FindQuickly(call) ?? Find(call);
    }

    private static int UdpPortOf(ApiCall call)
    {
        string name = call.IsV2 ? "port" : "udpPort";
        return call.Parameters.TryFindEncoded(name, out ReadOnlySpan<char> text) && text is not "0" ? call.Parameters.FindWholeNumber(name) ?? 0 : 0;
    }

    /// <summary>The list when it is encoded already; null for everything else, wrong requests included.</summary>
    [SkipLocalsInit]
    private ListForm? FindQuickly(ApiCall call)
    {
        Span<byte> key = stackalloc byte[ServiceKeyText.MaximumBytes];
        Span<byte> clusters = stackalloc byte[MaximumClustersBytes];
        RequestParameters parameters = call.Parameters;
        int keyBytes = ServiceKeyText.TryRead(parameters, key);
        int clustersBytes = parameters.ReadUtf8(ClustersName(call), clusters);
        if (keyBytes < 0 || clustersBytes < 0 || !registry.TryGet(key[..keyBytes], out ServiceEntry? entry) || !entry.IsSnapshotCurrent)
        {
            return null;
        }

        // A selector shows each consumer something else.
        ServiceSnapshot snapshot = entry.GetSnapshot();
        if (snapshot.Metadata?.Selector is not null)
        {
            return null;
        }

        // v2 has more words for true and words that are neither; they go the slow way.
        bool healthyOnly = parameters.IsTrue("healthyOnly");
        return call.IsV2 && !healthyOnly && parameters.Find("healthyOnly") is not null
            ? null
            : ListForms.Of(snapshot).Find(clusters[..clustersBytes], healthyOnly);
    }

    private ListForm Find(ApiCall call)
    {
        (ServiceKey key, string clusters, bool healthyOnly) = Read(call);
        if (!registry.TryGet(key, out ServiceEntry? entry))
        {
            return ListForms.Empty(key, clusters);
        }

        ServiceSnapshot snapshot = entry.GetSnapshot();
        string? address = snapshot.Metadata?.Selector is null ? null : AddressOf(call);
        return ListForms.Of(snapshot).GetOrAdd(snapshot, clusters, snapshot.ViewOf(InstanceFilter.Create(clusters.Split(','), healthyOnly), address));
    }

    /// <exception cref="HttpError">Something is missing or wrong.</exception>
    private static (ServiceKey Service, string Clusters, bool HealthyOnly) Read(ApiCall call)
    {
        call.Check();
        RequestParameters parameters = call.Parameters;
        if (call.IsV2 && parameters.FindOrEmpty("serviceName") is { Length: 0 })
        {
            throw HttpError.Illegal("Param 'serviceName' is illegal, serviceName is blank");
        }

        bool healthyOnly = call.IsV2 ? parameters.FindFlag("healthyOnly") ?? false : parameters.IsTrue("healthyOnly");
        return (ServiceNames.Read(parameters), parameters.Find(ClustersName(call)) ?? "", healthyOnly);
    }

    /// <summary>The consumer's: what it says, else where the request came from.</summary>
    private static string? AddressOf(ApiCall call) => call.Parameters.Find(call.IsV2 ? "ip" : "clientIP") ?? call.Context.Connection.RemoteIpAddress?.ToString();

    private static string ClustersName(ApiCall call) => call.IsV2 ? "clusterName" : "clusters";
}

/// <summary>Answers a list from its encoded form: a few copies and two numbers.</summary>
internal static class ListAnswer
{
    // A list beyond this goes out in pieces, each when the last one was taken: an answer never waits in memory as a whole.
    private const int PieceBytes = 64 * 1024;
    private const int MaximumNumberBytes = 20;

    /// <summary>Writes the answer.</summary>
    /// <param name="call">The request.</param>
    /// <param name="form">The list.</param>
    /// <param name="cacheMilliseconds">After how long to ask again.</param>
    /// <param name="unixMilliseconds">Time of the answer.</param>
    public static Task WriteAsync(ApiCall call, ListForm form, long cacheMilliseconds, long unixMilliseconds)
    {
        Span<byte> cache = stackalloc byte[MaximumNumberBytes];
        Span<byte> time = stackalloc byte[MaximumNumberBytes];
        Utf8Formatter.TryFormat(cacheMilliseconds, cache, out int cacheBytes);
        Utf8Formatter.TryFormat(unixMilliseconds, time, out int timeBytes);
        ReadOnlySpan<byte> before = call.IsV2 ? """{"code":0,"message":"success","data":"""u8 : [];
        ReadOnlySpan<byte> dom = call.IsV2 ? [] : form.Dom;
        ReadOnlySpan<byte> after = call.IsV2 ? "}}"u8 : "}"u8;

        PipeWriter output = call.BeginJson(before.Length + form.Head.Length + cacheBytes + form.Hosts.Length + timeBytes + form.Tail.Length + dom.Length + after.Length);
        output.Write(before);
        output.Write(form.Head);
        output.Write(cache[..cacheBytes]);
        if (form.Hosts.Length > PieceBytes)
        {
            return WriteInPiecesAsync(output, form, [.. time[..timeBytes], .. form.Tail, .. dom, .. after], call.Aborted);
        }

        output.Write(form.Hosts.Span);
        output.Write(time[..timeBytes]);
        output.Write(form.Tail);
        output.Write(dom);
        output.Write(after);
        return Task.CompletedTask;
    }

    private static async Task WriteInPiecesAsync(PipeWriter output, ListForm form, byte[] end, CancellationToken cancellationToken)
    {
        for (int start = 0; start < form.Hosts.Length; start += PieceBytes)
        {
            ReadOnlyMemory<byte> piece = form.Hosts.Slice(start, Math.Min(PieceBytes, form.Hosts.Length - start));
            FlushResult flushed = await output.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            if (flushed.IsCompleted)
            {
                return;
            }
        }

        await output.WriteAsync(end, cancellationToken).ConfigureAwait(false);
    }
}
