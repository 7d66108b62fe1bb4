using System.Collections.Immutable;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Instances;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary>What a request says of an instance, valid.</summary>
/// <param name="Service">Whose instance.</param>
/// <param name="Instance">The instance.</param>
internal sealed record InstanceRequest(ServiceKey Service, Instance Instance)
{
    public const string NoPersistentInstances = "Param 'ephemeral' is illegal, persistent instances are not supported by this version.";

    /// <summary>Reads the parameters of register, deregister and update, both versions.</summary>
    /// <param name="call">The request.</param>
    /// <param name="switches">For what it does not say.</param>
    /// <param name="isChecked">Beyond the weight, also the rules of a registration.</param>
    /// <exception cref="HttpError">Something is missing or wrong.</exception>
    public static InstanceRequest Read(ApiCall call, Switches switches, bool isChecked)
    {
        call.Check();
        RequestParameters parameters = call.Parameters;
        ServiceKey service = ServiceNames.Read(parameters);
        InstanceIdentity identity = ReadIdentity(parameters, parameters.Find("clusterName") ?? (call.IsV2 ? null : parameters.Find("cluster")));
        double weight = parameters.FindNumber("weight") ?? 1;
        InstanceRules.CheckWeight(weight);
        ImmutableArray<KeyValuePair<string, string>> metadata = MetadataText.Parse(parameters.Find("metadata"));
        bool healthy = Flag(call, "healthy") ?? true;
        bool enabled = Flag(call, "enabled") ?? (call.IsV2 ? null : Flag(call, "enable")) ?? true;
        bool ephemeral = Flag(call, "ephemeral") ?? switches.DefaultInstanceEphemeral;
        Instance instance = Instance.Create(identity, weight, healthy, enabled, metadata);
        if (isChecked)
        {
            InstanceRules.Check(instance);
        }

        return ephemeral ? new InstanceRequest(service, instance) : throw HttpError.NotSupported(NoPersistentInstances);
    }

    /// <summary>Reads ip and port; the cluster goes by different names.</summary>
    /// <exception cref="HttpError">Something is missing or wrong.</exception>
    public static InstanceIdentity ReadIdentity(in RequestParameters parameters, string? cluster) =>
        new(cluster ?? Instance.DefaultCluster, parameters.Require("ip"), parameters.RequireWholeNumber("port"));

    private static bool? Flag(ApiCall call, string name) => call.IsV2 ? call.Parameters.FindFlag(name) : call.Parameters.FindWord(name);
}
