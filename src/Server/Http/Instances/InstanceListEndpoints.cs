using FastRegistry.Server.Control;
using FastRegistry.Server.Hosting;
using FastRegistry.Server.Http.Checking;
using FastRegistry.Server.Http.Endpoints;
using FastRegistry.Server.Http.Requests;
using FastRegistry.Server.Registry;

namespace FastRegistry.Server.Http.Instances;

/// <summary><c>/v1/ns/instance/list</c> and <c>/v2/ns/instance/list</c>.</summary>
internal sealed class InstanceListEndpoints(RegistryNode node, TimeProvider timeProvider)
{
    private static readonly EndpointDescription List = new("GET", "/v1/ns/instance/list", "The instances of a service that a consumer may call.")
    {
        Checks = ParameterChecks.List,
        Parameters =
        [
            InstanceParameters.Service,
            InstanceParameters.Group,
            InstanceParameters.Namespace,
            ParameterDescription.Optional("clusters", ParameterType.Text, null, "Clusters to see, separated by commas; empty = all."),
            ParameterDescription.Optional("healthyOnly", ParameterType.Flag, "false", "Leaves unhealthy instances out."),
        ],
        Success = SuccessDescription.Json("{}", typeof(ServiceListBody)),
        Errors = [InstanceParameters.Missing],
        Operation = NamingOperation.HttpList,
    };

    public void Map(ApiRoutes api) => api.Map(List, ListAsync);

    private Task ListAsync(ApiCall call)
    {
        call.Check();
        RequestParameters parameters = call.Parameters;
        ServiceKey key = ServiceNames.Read(parameters);
        string clusters = parameters.Find("clusters") ?? "";
        InstanceFilter filter = InstanceFilter.Create(clusters.Split(','), parameters.IsTrue("healthyOnly"));
        List<InstanceBody> hosts = [];
        if (node.Registry.Services.TryGet(key, out ServiceEntry? entry))
        {
            foreach (Instance instance in entry.GetSnapshot().Instances)
            {
                if (filter.Accepts(instance))
                {
                    hosts.Add(InstanceBody.Of(instance, key));
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
            ReachProtectionThreshold: false,
            Valid: true);
        return call.JsonAsync(body, HttpJson.Default.ServiceListBody);
    }
}
