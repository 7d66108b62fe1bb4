using System.Net;
using FastRegistry.Server.Control;
using FastRegistry.Server.Hosting;
using FastRegistry.Server.Naming;
using FastRegistry.Server.Registry;
using FastRegistry.Server.Registry.Selection;

namespace FastRegistry.Server.Http;

/// <summary><c>/nacos/v1/ns/instance</c>: register, deregister and list ephemeral instances, as Nacos' HTTP clients and curl scripts do.</summary>
internal static class InstanceEndpoints
{
    private const string Path = "/nacos/v1/ns/instance";

    public static void Map(WebApplication application)
    {
        application.MapPost(Path, RegisterAsync).WithMetadata(NamingOperation.HttpRegister);
        application.MapDelete(Path, DeregisterAsync).WithMetadata(NamingOperation.HttpDeregister);
        application.MapGet($"{Path}/list", ListAsync).WithMetadata(NamingOperation.HttpList);
    }

    private static async Task<IResult> RegisterAsync(HttpContext context, IpPortClients clients, RegistryNode node)
    {
        HttpParameters parameters = await HttpParameters.ReadAsync(context.Request).ConfigureAwait(false);
        ServiceKey key = ReadService(parameters);
        Instance instance = ReadInstance(parameters, node.Switches.Current);
        if (clients.Register(key, instance) is { } error)
        {
            throw new ParameterError(error.Text, error.Retryable ? (int)HttpStatusCode.ServiceUnavailable : (int)HttpStatusCode.BadRequest);
        }

        return Ok();
    }

    private static async Task<IResult> DeregisterAsync(HttpContext context, IpPortClients clients, RegistryNode node)
    {
        HttpParameters parameters = await HttpParameters.ReadAsync(context.Request).ConfigureAwait(false);
        ServiceKey key = ReadService(parameters);
        Instance instance = ReadInstance(parameters, node.Switches.Current);
        clients.Deregister(key, instance.Identity.Ip, instance.Identity.Port);
        return Ok();
    }

    private static async Task<IResult> ListAsync(HttpContext context, RegistryNode node, TimeProvider timeProvider)
    {
        HttpParameters parameters = await HttpParameters.ReadAsync(context.Request).ConfigureAwait(false);
        ServiceKey key = ReadService(parameters);
        string clusters = parameters.Find("clusters") ?? "";
        bool healthyOnly = string.Equals(parameters.Find("healthyOnly"), "true", StringComparison.OrdinalIgnoreCase);
        foreach (string cluster in clusters.Split(','))
        {
            ParameterError.ThrowIf("clusters", NameRules.BrokenByCluster(cluster));
        }

        InstanceFilter filter = InstanceFilter.Create(clusters.Split(','), healthyOnly);
        List<InstanceBody> hosts = [];
        bool protectionReached = false;
        if (node.Registry.Services.TryGet(key, out ServiceEntry? entry))
        {
            ServiceSnapshot snapshot = entry.GetSnapshot();
            InstanceSelection selection = snapshot.Select(snapshot.ViewOf(filter, context.Connection.RemoteIpAddress?.ToString()));
            protectionReached = selection.ProtectionReached;
            foreach (Instance instance in snapshot.Instances)
            {
                if (selection.Shows(instance))
                {
                    hosts.Add(InstanceBody.Of(selection.Seen(instance), key));
                }
            }
        }

        ServiceListBody body = new(
            key.GroupedName,
            key.Group,
            clusters,
            node.Switches.Current.DefaultPushCacheMilliseconds,
            hosts,
            timeProvider.GetUtcNow().ToUnixTimeMilliseconds(),
            Checksum: "",
            AllIPs: false,
            ReachProtectionThreshold: protectionReached,
            Valid: true);
        return Results.Json(body, HttpJson.Default.ServiceListBody);
    }

    private static IResult Ok() => Results.Text("ok");

    /// <summary>A name may carry its group: <c>group@@name</c>; then <c>groupName</c> is ignored, as in Nacos.</summary>
    private static ServiceKey ReadService(HttpParameters parameters)
    {
        string name = parameters.Require("serviceName");
        string group = parameters.Find("groupName") ?? ServiceKey.DefaultGroup;
        string[] parts = name.Split("@@");
        if (parts.Length > 1)
        {
            group = parts[0].Length > 0 ? parts[0] : throw ParameterError.Illegal("serviceName", "must have a group in front of '@@'");
            name = parts[1];
        }

        string @namespace = parameters.Find("namespaceId") ?? ServiceKey.DefaultNamespace;
        ParameterError.ThrowIf("namespaceId", NameRules.BrokenByNamespace(@namespace));
        ParameterError.ThrowIf("groupName", NameRules.BrokenByGroup(group));
        ParameterError.ThrowIf("serviceName", NameRules.BrokenByService(name));
        return new ServiceKey(@namespace, group, name);
    }

    private static Instance ReadInstance(HttpParameters parameters, Switches switches)
    {
        string ip = parameters.Require("ip");
        int port = parameters.RequirePort("port");
        string cluster = parameters.Find("clusterName") ?? parameters.Find("cluster") ?? Instance.DefaultCluster;
        double weight = parameters.NumberOr("weight", 1);
        ParameterError.ThrowIf("ip", NameRules.BrokenByIp(ip));
        ParameterError.ThrowIf("clusterName", NameRules.BrokenByCluster(cluster));
        ParameterError.ThrowIf("weight", NameRules.BrokenByWeight(weight));
        if (!parameters.FlagOr("ephemeral", switches.DefaultInstanceEphemeral))
        {
            throw new ParameterError("Param 'ephemeral' is illegal, persistent instances are not supported by this version.", (int)HttpStatusCode.NotImplemented);
        }

        return new Instance
        {
            Identity = new InstanceIdentity(cluster, ip, port),
            Weight = weight,
            Healthy = parameters.FlagOr("healthy", true),
            Enabled = parameters.FlagOr("enabled", parameters.FlagOr("enable", true)),
            Metadata = MetadataText.Parse(parameters.Find("metadata")),
        };
    }
}
