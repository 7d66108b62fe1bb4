using FastRegistry.Node.Admission;
using FastRegistry.Node.Hosting;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Instances;

namespace FastRegistry.Server.Nacos.Services;

/// <summary><c>/v1/ns/cluster</c>: how the instances of a cluster are checked.</summary>
internal sealed class ClusterEndpoints(RegistryNode node)
{
    /// <summary>Clusters of one service for which something may be set.</summary>
    public const int MaximumClusters = 256;

    private static readonly EndpointDescription Update = new("PUT", "/v1/ns/cluster", "Sets health checker, check port and metadata of a cluster.")
    {
        Checks = ParameterChecks.Naming,
        Parameters =
        [
            InstanceParameters.Service,
            ParameterDescription.Required("clusterName", ParameterType.Text, "Cluster of the service."),
            ParameterDescription.Required("checkPort", ParameterType.WholeNumber, "Port that is checked when the instance's own is not."),
            ParameterDescription.Required("useInstancePort4Check", ParameterType.Flag, "The instance's own port is checked."),
            ParameterDescription.Required("healthChecker", ParameterType.Json, "`{\"type\":\"TCP\"}`, or type `HTTP`, `MYSQL` or `NONE` with their members."),
            InstanceParameters.Group,
            ServiceParameters.Namespace,
            ServiceParameters.Metadata,
        ],
        Errors =
        [
            ServiceParameters.Missing,
            ServiceParameters.BadMetadata,
            new ErrorDescription(400, ResultCode.ServiceNotExist, "there is no such service"),
            new ErrorDescription(400, ResultCode.ParameterValidateError, "the health checker is no JSON object, or the service has 256 clusters with settings"),
        ],
        State = EndpointState.Partial,
        Note = "Kept and shown; nothing checks yet, because only persistent instances are checked and there are none in this version.",
        Operation = NamingOperation.HttpServiceUpdate,
    };

    public void Map(ApiRoutes api) => api.Map(Update, UpdateAsync);

    private Task UpdateAsync(ApiCall call)
    {
        call.Check();
        ServiceKey key = ServiceNames.Read(call.Parameters);
        string name = call.Parameters.Require("clusterName");
        int port = call.Parameters.RequireWholeNumber("checkPort");
        call.Parameters.Require("useInstancePort4Check");
        ClusterMetadata cluster = new()
        {
            CheckPort = port,
            UseInstancePort = call.Parameters.FindWord("useInstancePort4Check") == true,
            HealthChecker = HealthCheckerJson.Parse(call.Parameters.Require("healthChecker")),
            ExtendData = ServiceForm.ReadMetadata(call.Parameters),
        };
        bool tooMany = false;
        AdministrationOutcome outcome = node.Registry.UpdateMetadata(key, before =>
        {
            tooMany = before.Clusters.Count >= MaximumClusters && !before.Clusters.ContainsKey(name);
            return tooMany ? before : before with { Clusters = before.Clusters.SetItem(name, cluster) };
        });
        if (tooMany)
        {
            throw HttpError.IllegalParameter("clusterName", $"must not be one more than the {MaximumClusters} clusters of a service that can have settings");
        }

        return outcome == AdministrationOutcome.Done ? call.OkAsync() : throw HttpError.Illegal($"service not found:{key.GroupedName}", ResultCode.ServiceNotExist);
    }
}
