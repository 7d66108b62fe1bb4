using System.Collections.Immutable;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Lists;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary><c>/v1/ns/instance</c> and <c>/v2/ns/instance</c>: register and deregister.</summary>
internal sealed class InstanceEndpoints(SwitchBoard switchBoard, IpPortClients clients)
{
    public const string V1Path = "/v1/ns/instance";
    public const string V2Path = "/v2/ns/instance";

    private static readonly EndpointDescription Register = new("POST", V1Path, "Registers an instance, or replaces what the same ip:port registered for the service.")
    {
        Checks = ParameterChecks.Naming,
        Parameters = InstanceParameters.FormV1,
        Errors = [.. InstanceParameters.FormErrors, InstanceParameters.OtherKind, InstanceParameters.Full],
        State = EndpointState.Partial,
        Note = "Persistent instances are answered 501.",
        Operation = NamingOperation.HttpRegister,
    };

    private static readonly EndpointDescription Deregister = new("DELETE", V1Path, "Deregisters what ip:port registered for the service; ok also when that is nothing.")
    {
        Checks = ParameterChecks.Naming,
        Parameters = InstanceParameters.FormV1,
        Errors = [.. InstanceParameters.FormErrors.Where(static error => error != InstanceParameters.BadInstance)],
        State = EndpointState.Partial,
        Note = "Persistent instances are answered 501.",
        Operation = NamingOperation.HttpDeregister,
    };

    public void Map(ApiRoutes api)
    {
        api.Map(Register, RegisterAsync);
        api.Map(V2Of(Register), RegisterAsync);
        api.Map(Deregister, DeregisterAsync);
        api.Map(V2Of(Deregister), DeregisterAsync);
    }

    private static EndpointDescription V2Of(EndpointDescription v1) => v1 with
    {
        Path = V2Path,
        Style = ApiStyle.V2,
        MissingText = MissingParameterText.RequiredOfType,
        Parameters = InstanceParameters.FormV2,
        Success = SuccessDescription.OkResult,
    };

    private Task RegisterAsync(ApiCall call)
    {
        InstanceRequest request = InstanceRequest.Read(call, switchBoard.Current, isChecked: true);
        return clients.Register(request.Service, request.Instance) is { } error ? throw HttpError.Of(error) : call.OkAsync();
    }

    private Task DeregisterAsync(ApiCall call)
    {
        InstanceRequest request = InstanceRequest.Read(call, switchBoard.Current, isChecked: false);
        clients.Deregister(request.Service, request.Instance.Identity.Ip, request.Instance.Identity.Port);
        return call.OkAsync();
    }
}

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

/// <summary>What a registration or update must keep to beyond the parameter check, in Nacos' words.</summary>
internal static class InstanceRules
{
    /// <exception cref="HttpError">It is out of range.</exception>
    public static void CheckWeight(double weight)
    {
        if (NameRules.BrokenByWeight(weight) is not null)
        {
            throw HttpError.Illegal("instance format invalid: The weights range from 0.0 to 10000.0", ResultCode.WeightError);
        }
    }

    /// <summary>Stricter than the parameter check: no underscore.</summary>
    /// <exception cref="HttpError">It has other characters.</exception>
    private static void CheckCluster(string cluster)
    {
        if (NameRules.BrokenByCluster(cluster) is not null)
        {
            throw HttpError.Illegal(
                $"Instance 'clusterName' should be characters with only 0-9a-zA-Z-. (current: {HttpError.Quote(cluster)})", ResultCode.InstanceError);
        }
    }

    /// <summary>All rules of a registration or update.</summary>
    /// <exception cref="HttpError">One is broken.</exception>
    public static void Check(Instance instance)
    {
        CheckWeight(instance.Weight);
        BeatTimes times = BeatTimes.Of(instance);
        if (times.TimeoutMilliseconds < times.IntervalMilliseconds || times.DeleteMilliseconds < times.IntervalMilliseconds)
        {
            throw HttpError.Illegal("Instance 'heart beat interval' must less than 'heart beat timeout' and 'ip delete timeout'.", ResultCode.InstanceError);
        }

        CheckCluster(instance.Identity.Cluster);
        if (PreservedMetadata.BrokenBy(instance) is { } rule)
        {
            throw HttpError.Illegal($"Param 'metadata' is illegal, it {rule}.", ResultCode.InstanceError);
        }
    }
}
