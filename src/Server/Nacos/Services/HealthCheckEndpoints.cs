using FastRegistry.Node.Admission;
using FastRegistry.Node.Hosting;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Instances;

namespace FastRegistry.Server.Nacos.Services;

/// <summary><c>…/ns/health</c>: the health of persistent instances set by hand, and what checkers there are.</summary>
internal sealed class HealthCheckEndpoints(RegistryNode node)
{
    private const string NoPersistent = "persistent instances are not in this version, and the health of ephemeral ones follows their client";

    private static readonly EndpointDescription Update = new("PUT", "/v1/ns/health", "Sets the health of a persistent instance whose cluster has no checker.")
    {
        OtherPaths = ["/v1/ns/health/instance"],
        Checks = ParameterChecks.Naming,
        Parameters =
        [
            ParameterDescription.Required("healthy", ParameterType.Flag, "The health.") with { Aliases = ["valid"] },
            InstanceParameters.Service,
            InstanceParameters.Ip,
            InstanceParameters.Port,
            InstanceParameters.Group,
            ServiceParameters.Namespace,
            InstanceParameters.Cluster,
        ],
        Errors =
        [
            ServiceParameters.Missing,
            new ErrorDescription(400, ResultCode.ServerError, "the cluster has a health checker"),
            new ErrorDescription(501, ResultCode.ServerError, NoPersistent),
        ],
        State = EndpointState.NotImplemented,
        Note = $"Parameters and health checker are judged as in Nacos; where it would set the health, 501: {NoPersistent}.",
        Operation = NamingOperation.HttpUpdate,
    };

    private static readonly EndpointDescription Server = new("GET", "/v1/ns/health/server", "That the node answers, and how many services it knows.")
    {
        Success = SuccessDescription.Json("""{"msg":"Hello! I am Nacos-Naming and healthy! total services: 3, local port:8848"}"""),
        Note = "The words are Nacos'; tools look for them.",
    };

    private static readonly EndpointDescription Checkers = new("GET", "/v1/ns/health/checkers", "The health checkers a cluster can have, with their defaults.")
    {
        Success = SuccessDescription.Json(
            """{"TCP":{"type":"TCP"},"HTTP":{"type":"HTTP","path":"","headers":"","expectedResponseCode":200},"MYSQL":{"type":"MYSQL","user":null,"pwd":null,"cmd":null},"NONE":{"type":"NONE"}}"""),
    };

    public void Map(ApiRoutes api)
    {
        api.Map(Update, UpdateAsync);
        api.Map(
            Update with
            {
                Path = "/v2/ns/health",
                OtherPaths = ["/v2/ns/health/instance"],
                Style = ApiStyle.V2,
                MissingText = MissingParameterText.RequiredOfType,
                Parameters = [ParameterDescription.Required("healthy", ParameterType.Flag, "The health."), .. Update.Parameters.Skip(1)],
                Success = SuccessDescription.OkResult,
            },
            UpdateAsync);
        api.Map(Server, call => call.JsonAsync(JsonText.ObjectOf(json => json.WriteString(
            "msg", $"Hello! I am Nacos-Naming and healthy! total services: {node.Registry.ServiceCount}, local port:{call.Context.Connection.LocalPort}"))));
        api.Map(Checkers, static call => call.JsonAsync(JsonText.ObjectOf(static json =>
        {
            foreach (HealthCheckType type in Enum.GetValues<HealthCheckType>())
            {
                HealthCheckerJson.Write(json, HealthCheckerJson.NameOf(type), new HealthChecker(type));
            }
        })));
    }

    private Task UpdateAsync(ApiCall call)
    {
        call.Check();
        RequestParameters parameters = call.Parameters;
        ServiceKey key;
        if (call.IsV2)
        {
            _ = parameters.FindFlag("healthy") ?? throw HttpError.Missing("healthy", "Boolean", parameters.MissingText);
            key = ServiceNames.Read(parameters);
        }
        else
        {
            key = ServiceNames.Read(parameters);
            _ = parameters.FindWord("healthy") ?? parameters.FindWord("valid") ?? throw HttpError.Missing("healthy", "Boolean", parameters.MissingText);
        }

        parameters.Require("ip");
        parameters.RequireWholeNumber("port");
        string cluster = parameters.Find("clusterName") ?? Instance.DefaultCluster;
        bool isChecked = ServiceView.Find(node.Registry, key) is not { } service || service.Metadata.ClusterOf(cluster).HealthChecker.Type != HealthCheckType.None;
        throw isChecked
            ? new HttpError($"health check is still working, service: {key.GroupedName}, cluster: {cluster}", code: ResultCode.ServerError)
            : HttpError.NotSupported(NoPersistent);
    }
}
