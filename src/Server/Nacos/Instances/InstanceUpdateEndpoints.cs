using System.Collections.Immutable;
using FastRegistry.Node.Admission;
using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Overrides;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary><c>PUT</c> and <c>PATCH</c> of an instance, v1 and v2: what an operator shows instead of what was registered, as a whole or field by field.</summary>
internal sealed class InstanceUpdateEndpoints(ServiceRegistry registry, SwitchBoard switchBoard, InstanceOverrides overrides)
{
    private static readonly EndpointDescription PutV1 = new("PUT", InstanceEndpoints.V1Path, "Replaces the override of an instance: weight, enabled and metadata; what is not sent takes its default.")
    {
        Checks = ParameterChecks.Naming,
        Parameters = InstanceParameters.FormV1,
        Errors = [.. InstanceParameters.FormErrors, new ErrorDescription(400, ResultCode.InstanceError, "the service is not known"), InstanceParameters.OverridesFull],
        State = EndpointState.Partial,
        Note = "Persistent instances are answered 501. An instance that is not there is ok, and nothing happens.",
        Operation = NamingOperation.HttpUpdate,
    };

    private static readonly EndpointDescription PutV2 = PutV1 with
    {
        Path = InstanceEndpoints.V2Path,
        Style = ApiStyle.V2,
        MissingText = MissingParameterText.RequiredOfType,
        Parameters = InstanceParameters.FormV2,
        Success = SuccessDescription.OkResult,
    };

    private static readonly EndpointDescription PatchV1 = new("PATCH", InstanceEndpoints.V1Path, "Changes single fields of an instance's override.")
    {
        Checks = ParameterChecks.Naming,
        Parameters =
        [
            InstanceParameters.Service,
            InstanceParameters.Group,
            InstanceParameters.Ip,
            InstanceParameters.Port,
            InstanceParameters.Namespace,
            InstanceParameters.ClusterOrAlias,
            InstanceParameters.Weight with { Default = null },
            InstanceParameters.EnabledOrAlias with { Default = null },
            InstanceParameters.Metadata,
            ParameterDescription.Optional("healthy", ParameterType.Flag, null, "Taken, without effect."),
        ],
        Errors = [InstanceParameters.Missing, InstanceParameters.BadWeight, InstanceParameters.NotANumber, InstanceParameters.BadMetadata, InstanceParameters.NotFound, InstanceParameters.OverridesFull],
        Note = "What is not sent stays as it was registered; in Nacos the first change of a field sets weight to 1.",
        Operation = NamingOperation.HttpUpdate,
    };

    private static readonly EndpointDescription PatchV2 = PatchV1 with
    {
        Path = InstanceEndpoints.V2Path,
        Style = ApiStyle.V2,
        MissingText = MissingParameterText.RequiredRequestParameter,
        Parameters =
        [
            InstanceParameters.GroupedService,
            InstanceParameters.Ip,
            InstanceParameters.Port,
            InstanceParameters.Namespace,
            InstanceParameters.Cluster with { Name = "cluster" },
            InstanceParameters.Weight with { IsRequired = true, Default = null },
            InstanceParameters.Enabled with { IsRequired = true, Default = null },
            InstanceParameters.Metadata with { IsRequired = true },
        ],
        Note = "The answer is the bare word, not wrapped in a result.",
    };

    public void Map(ApiRoutes api)
    {
        api.Map(PutV1, PutAsync);
        api.Map(PutV2, PutAsync);
        api.Map(PatchV1, PatchV1Async);
        api.Map(PatchV2, PatchV2Async);
    }

    private Task PutAsync(ApiCall call)
    {
        InstanceRequest request = InstanceRequest.Read(call, switchBoard.Current, isChecked: true);
        Instance asked = request.Instance;
        InstanceOverride value = new() { Weight = asked.Weight, Enabled = asked.Enabled, Metadata = InstanceOverrides.MetadataOf(asked.ReadMetadata()) };
        overrides.Change(request.Service, asked.Identity, _ => value);
        return call.OkAsync();
    }

    private Task PatchV1Async(ApiCall call)
    {
        call.Check();
        RequestParameters parameters = call.Parameters;
        ServiceKey service = ServiceNames.Read(parameters);
        InstanceIdentity identity = InstanceRequest.ReadIdentity(parameters, parameters.Find("clusterName") ?? parameters.Find("cluster"));
        string? metadata = parameters.Find("metadata");
        return PatchAsync(
            call,
            service,
            identity,
            parameters.FindNumber("weight"),
            parameters.FindWord("enabled") ?? parameters.FindWord("enable"),
            metadata is null ? null : InstanceOverrides.MetadataOf(MetadataText.Parse(metadata)));
    }

    private Task PatchV2Async(ApiCall call)
    {
        call.Check();
        RequestParameters parameters = call.Parameters;
        ServiceKey service = ServiceNames.ReadGrouped(parameters);
        InstanceIdentity identity = InstanceRequest.ReadIdentity(parameters, parameters.Find("cluster"));
        double weight = parameters.FindNumber("weight") ?? throw HttpError.Missing("weight", "Double", parameters.MissingText);
        bool enabled = parameters.FindFlag("enabled") ?? throw HttpError.Missing("enabled", "Boolean", parameters.MissingText);
        string metadata = parameters.FindOrEmpty("metadata") ?? throw HttpError.Missing("metadata", "String", parameters.MissingText);
        return PatchAsync(call, service, identity, weight, enabled, InstanceOverrides.MetadataOf(MetadataText.Parse(metadata.Length == 0 ? null : metadata)));
    }

    private Task PatchAsync(
        ApiCall call, ServiceKey service, InstanceIdentity identity, double? weight, bool? enabled, ImmutableSortedDictionary<string, string>? metadata)
    {
        if (weight is { } number)
        {
            InstanceRules.CheckWeight(number);
        }

        InstanceFinder.Find(registry, service, identity);
        overrides.Change(service, identity, before => before with
        {
            Weight = weight ?? before.Weight,
            Enabled = enabled ?? before.Enabled,
            Metadata = metadata ?? before.Metadata,
        });
        return call.TextAsync("ok");
    }
}

/// <summary>Changes what operators show instead of what was registered, for the update calls.</summary>
internal sealed class InstanceOverrides(ServiceRegistry registry, LimitOptions limits, IpPortClients clients)
{
    /// <summary>Changes the override of one instance; nothing happens where none is listed.</summary>
    /// <returns>Whether one is listed.</returns>
    /// <exception cref="HttpError">There is no such service, or no room.</exception>
    public bool Change(ServiceKey service, InstanceIdentity identity, Func<InstanceOverride, InstanceOverride> change)
    {
        AdministrationOutcome outcome = registry.SetOverride(service, identity, (_, before) => Checked(change(before)));
        switch (outcome)
        {
            case AdministrationOutcome.NoSuchService:
                throw HttpError.Illegal(
                    $"service not found, namespace: {service.Namespace}, service: Service{{namespace='{service.Namespace}', group='{service.Group}', "
                    + $"name='{service.Name}', ephemeral=true, revision=0}}",
                    ResultCode.InstanceError);
            case AdministrationOutcome.LimitReached:
                throw HttpError.Of(RequestError.Limit(LimitOptions.OverridesKey, limits.Overrides));
            case AdministrationOutcome.NoSuchInstance:
                return false;
            default:
                // It may have changed the times of its beats.
                clients.Refresh(service, identity);
                return true;
        }
    }

    /// <summary>Gets metadata in the form in which an override keeps it.</summary>
    public static ImmutableSortedDictionary<string, string> MetadataOf(IEnumerable<KeyValuePair<string, string>> metadata) => ServiceMetadata.NoData.SetItems(metadata);

    /// <summary>What comes together over many calls keeps to the length of one.</summary>
    private static InstanceOverride Checked(InstanceOverride value)
    {
        CheckRules.CheckMetadata([.. value.Metadata]);
        return value;
    }
}
