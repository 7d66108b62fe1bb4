using System.Text.Json;
using FastRegistry.Node.Admission;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Instances;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary><c>…/ns/operator/metrics</c>: the node's status, which clients ask for before they trust it, and its figures.</summary>
internal sealed class MetricsEndpoints(ServiceRegistry registry, NodeStatus status, ClientDirectory nativeClients, IpPortClients clients, MachineLoad load)
{
    private const string Counts =
        "\"serviceCount\":1,\"instanceCount\":2,\"subscribeCount\":0";

    private const string Rest =
        "\"clientCount\":2,\"connectionBasedClientCount\":0,\"ephemeralIpPortClientCount\":2,\"persistentIpPortClientCount\":0,\"responsibleClientCount\":2,\"cpu\":0.1,\"load\":0.5,\"mem\":0.7";

    private static readonly EndpointDescription Metrics = new("GET", "/v1/ns/operator/metrics", "The node's status, and its figures when asked for.")
    {
        OtherPaths = ["/v1/ns/ops/metrics"],
        Parameters = [ParameterDescription.Optional("onlyStatus", ParameterType.Flag, "true", "The status alone. Only `true` is true.")],
        Success = SuccessDescription.Json($$"""{"status":"UP",{{Counts}},"responsibleInstanceCount":2,{{Rest}}}"""),
        Note = "Answered whatever the status is; Nacos answers 503 unless it is UP. Services without an instance and waiting registrations are counted.",
    };

    public void Map(ApiRoutes api)
    {
        api.Map(Metrics, call => call.JsonAsync(Encode(call, withResponsibleInstances: true)));
        api.Map(
            Metrics with
            {
                Path = "/v2/ns/operator/metrics",
                OtherPaths = ["/v2/ns/ops/metrics"],
                Style = ApiStyle.V2,
                Success = SuccessDescription.Json($$$"""{"code":0,"message":"success","data":{"status":"UP",{{{Counts}}},{{{Rest}}}}}"""),
                Note = "Services without an instance and waiting registrations are counted.",
            },
            call => call.ResultAsync(Encode(call, withResponsibleInstances: false)));
    }

    private byte[] Encode(ApiCall call, bool withResponsibleInstances) => JsonText.ObjectOf(json =>
    {
        json.WriteString("status", status.Current.Name());
        if (call.Parameters.Find("onlyStatus") is not null && !call.Parameters.IsTrue("onlyStatus"))
        {
            WriteFigures(json, withResponsibleInstances);
        }
    });

    private void WriteFigures(Utf8JsonWriter json, bool withResponsibleInstances)
    {
        int native = nativeClients.Count;
        long instances = registry.PublicationCount;
        json.WriteNumber("serviceCount", registry.ServiceCount);
        json.WriteNumber("instanceCount", instances);
        json.WriteNumber("subscribeCount", registry.SubscriptionCount);
        if (withResponsibleInstances)
        {
            json.WriteNumber("responsibleInstanceCount", instances);
        }

        json.WriteNumber("clientCount", native + clients.Count);
        json.WriteNumber("connectionBasedClientCount", native);
        json.WriteNumber("ephemeralIpPortClientCount", clients.Count);
        json.WriteNumber("persistentIpPortClientCount", 0);
        json.WriteNumber("responsibleClientCount", native + clients.Count);
        json.WriteJavaNumber("cpu", load.ReadProcessorShare());
        json.WriteJavaNumber("load", MachineLoad.ReadAverage());
        json.WriteJavaNumber("mem", MemoryShare());
    }

    /// <summary>The part of the memory the process may use that it does use.</summary>
    private static double MemoryShare()
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return available > 0 ? Math.Round(Math.Clamp((double)ProcessMemory.ReadAnonymousBytes() / available, 0, 1), 6) : 0;
    }
}
