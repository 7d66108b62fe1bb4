using System.Text.Json;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Instances;

namespace FastRegistry.Server.Nacos.Services;

/// <summary><c>/v1/ns/service/subscribers</c>: who subscribes to services whose name and group contain the given ones.</summary>
/// <remarks>Looks at every service of the node: for operators.</remarks>
internal sealed class SubscriberEndpoints(ServiceRegistry registry)
{
    private const int DefaultPageSize = 1000;

    private static readonly EndpointDescription List = new("GET", "/v1/ns/service/subscribers", "Who subscribes to the services whose name and group contain the given ones.")
    {
        Checks = ParameterChecks.Naming,
        Parameters =
        [
            InstanceParameters.Service,
            InstanceParameters.Group,
            ServiceParameters.Namespace,
            ServiceParameters.PageNumber with { IsRequired = false, Default = "1" },
            ServiceParameters.PageSize with { IsRequired = false, Default = "1000" },
            ParameterDescription.Optional("aggregation", ParameterType.Flag, "true", "Ask other nodes too; there are none yet."),
        ],
        Success = SuccessDescription.Json(
            """{"subscribers":[{"addrStr":"10.0.0.9:54321","agent":"orders:v1.0","app":"unknown","ip":"10.0.0.9","port":54321,"namespaceId":"public","serviceName":"DEFAULT_GROUP@@s","cluster":""}],"count":1}"""),
        Errors = [ServiceParameters.Missing, ServiceParameters.NotANumber],
        Note = "One node: `aggregation` changes nothing.",
        Operation = NamingOperation.HttpServiceList,
    };

    public void Map(ApiRoutes api) => api.Map(List, ListAsync);

    private Task ListAsync(ApiCall call)
    {
        call.Check();
        ServiceKey part = ServiceNames.Read(call.Parameters);
        Page page = new(call.Parameters.FindWholeNumber("pageNo") ?? 1, call.Parameters.FindWholeNumber("pageSize") ?? DefaultPageSize);
        List<Subscription> subscriptions = [];
        foreach (ServiceEntry entry in registry.Services)
        {
            ServiceKey key = entry.Key;
            if (entry.SubscriberCount > 0
                && key.Namespace == part.Namespace
                && key.Name.Contains(part.Name, StringComparison.Ordinal)
                && key.Group.Contains(part.Group, StringComparison.Ordinal))
            {
                entry.CopySubscribers(subscriptions);
            }
        }

        return call.JsonAsync(JsonText.ObjectOf(json =>
        {
            json.WriteStartArray("subscribers");
            foreach (Subscription subscription in page.Of(subscriptions))
            {
                Write(json, subscription);
            }

            json.WriteEndArray();
            json.WriteNumber("count", subscriptions.Count);
        }));
    }

    private static void Write(Utf8JsonWriter json, Subscription subscription)
    {
        if (subscription.Subscriber.Describe() is not { } subscriber)
        {
            return;
        }

        json.WriteStartObject();
        json.WriteString("addrStr", $"{subscriber.Ip}:{subscriber.Port}");
        json.WriteString("agent", subscriber.Agent);
        json.WriteString("app", subscriber.Application.Length > 0 ? subscriber.Application : "unknown");
        json.WriteString("ip", subscriber.Ip);
        json.WriteNumber("port", subscriber.Port);
        json.WriteString("namespaceId", subscription.Service.Key.Namespace);
        json.WriteString("serviceName", subscription.Service.Key.GroupedName);
        json.WriteString("cluster", subscription.Filter.ClustersText);
        json.WriteEndObject();
    }
}
