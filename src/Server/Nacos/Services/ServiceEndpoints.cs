using System.Text.Json;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Instances;

namespace FastRegistry.Server.Nacos.Services;

/// <summary><c>/v1/ns/service</c> and <c>/v2/ns/service</c>: create, delete, update and show one service.</summary>
internal sealed class ServiceEndpoints(ServiceRegistry registry)
{
    private const string V1Path = "/v1/ns/service";
    private const string V2Path = "/v2/ns/service";

    private const string NotKept = "Services are kept in memory: a restart begins without.";

    private static readonly EndpointDescription Create = new("POST", V1Path, "Creates a persistent service before anybody registers; it goes when it stays without instances.")
    {
        Checks = ParameterChecks.Naming,
        MissingText = MissingParameterText.Missing,
        Parameters =
        [
            InstanceParameters.Service,
            InstanceParameters.Group,
            ServiceParameters.Namespace,
            ServiceParameters.Threshold,
            ServiceParameters.Metadata,
            ServiceParameters.Selector,
        ],
        Errors = [.. ServiceParameters.FormErrors, new ErrorDescription(400, ResultCode.ServiceAlreadyExists, "the service is there already"), ServiceParameters.Full],
        Note = $"{NotKept} Only persistent instances can be registered in it afterwards. A threshold or selector that does not parse is 400, not 500.",
        Operation = NamingOperation.HttpServiceRegister,
    };

    private static readonly EndpointDescription Delete = new("DELETE", V1Path, "Deletes a service without instances, with what is set for it.")
    {
        Checks = ParameterChecks.Naming,
        MissingText = MissingParameterText.Missing,
        Parameters = [InstanceParameters.Service, InstanceParameters.Group, ServiceParameters.Namespace],
        Errors = [ServiceParameters.Missing, ServiceParameters.Unknown, new ErrorDescription(400, ResultCode.ServiceDeleteFailure, "it still has instances")],
        Operation = NamingOperation.HttpServiceDeregister,
    };

    private static readonly EndpointDescription Update = new("PUT", V1Path, "Replaces threshold, metadata and selector of a service.")
    {
        Checks = ParameterChecks.Naming,
        Parameters =
        [
            InstanceParameters.Service,
            ServiceParameters.Threshold with { IsRequired = true, Default = null },
            InstanceParameters.Group,
            ServiceParameters.Namespace,
            ServiceParameters.Metadata,
            ServiceParameters.Selector,
        ],
        Errors = [.. ServiceParameters.FormErrors, ServiceParameters.Unknown],
        Note = $"{NotKept} A threshold that is no number is 400, not 0.",
        Operation = NamingOperation.HttpServiceUpdate,
    };

    private static readonly EndpointDescription Show = new("GET", V1Path, "A service with what is set for it and its clusters that have instances.")
    {
        Checks = ParameterChecks.Naming,
        MissingText = MissingParameterText.Missing,
        Parameters = [InstanceParameters.Service, InstanceParameters.Group, ServiceParameters.Namespace],
        Success = SuccessDescription.Json(ServiceJson.ExampleV1),
        Errors = [ServiceParameters.Missing, ServiceParameters.Unknown],
        Note = "The password of a MySQL checker is null.",
        Operation = NamingOperation.HttpServiceQuery,
    };

    public void Map(ApiRoutes api)
    {
        api.Map(Create, CreateAsync);
        api.Map(Delete, DeleteAsync);
        api.Map(Update, UpdateAsync);
        api.Map(Show, ShowAsync);

        ParameterDescription ephemeral = ParameterDescription.Optional("ephemeral", ParameterType.Flag, "false", "What its instances live on; fixed until it goes.");
        api.Map(
            V2Of(Create, MissingParameterText.RequiredOfType) with
            {
                Summary = "Creates a service before anybody registers; it goes when it stays without instances.",
                Parameters = [.. Create.Parameters, ephemeral],
                Note = $"{NotKept} A threshold or selector that does not parse is 400, not 500.",
            },
            CreateAsync);
        api.Map(V2Of(Delete, MissingParameterText.RequiredRequestParameter), DeleteAsync);
        api.Map(
            V2Of(Update, MissingParameterText.RequiredOfType) with
            {
                Parameters = [.. Create.Parameters, ephemeral with { Default = null, Text = "Taken and ignored: the kind stays." }],
                Note = NotKept,
            },
            UpdateAsync);
        api.Map(V2Of(Show, MissingParameterText.RequiredRequestParameter) with { Success = SuccessDescription.Json(ServiceJson.ExampleV2) }, ShowAsync);
    }

    private static EndpointDescription V2Of(EndpointDescription v1, MissingParameterText missing) => v1 with
    {
        Path = V2Path,
        Style = ApiStyle.V2,
        MissingText = missing,
        Success = SuccessDescription.OkResult,
    };

    private Task CreateAsync(ApiCall call)
    {
        call.Check();
        ServiceKey key = ServiceNames.Read(call.Parameters);
        ServiceMetadata metadata = ServiceForm.Read(call.Parameters);
        ServiceKind kind = call.IsV2 && call.Parameters.FindFlag("ephemeral") == true ? ServiceKind.Ephemeral : ServiceKind.Persistent;
        return registry.CreateService(key, kind, metadata) switch
        {
            AdministrationOutcome.Done => call.OkAsync(),
            AdministrationOutcome.Exists => throw HttpError.Illegal($"specified service {key.GroupedName} already exists!", ResultCode.ServiceAlreadyExists),
            _ => throw HttpError.Of(registry.ServiceLimitReached),
        };
    }

    private Task DeleteAsync(ApiCall call)
    {
        call.Check();
        ServiceKey key = ServiceNames.Read(call.Parameters);
        return registry.DeleteService(key) switch
        {
            AdministrationOutcome.Done => call.OkAsync(),
            AdministrationOutcome.NotEmpty => throw HttpError.Illegal(
                $"Service {key.GroupedName} is not empty, can't be delete. Please unregister instance first", ResultCode.ServiceDeleteFailure),
            _ => throw HttpError.Illegal($"service {key.GroupedName} not found!", ResultCode.ServiceNotExist),
        };
    }

    private Task UpdateAsync(ApiCall call)
    {
        call.Check();
        ServiceKey key = ServiceNames.Read(call.Parameters);
        if (!call.IsV2)
        {
            call.Parameters.Require("protectThreshold");
        }
        else
        {
            // Judged although it changes nothing.
            call.Parameters.FindFlag("ephemeral");
        }

        ServiceMetadata metadata = ServiceForm.Read(call.Parameters);
        return registry.UpdateMetadata(key, before => metadata with { Clusters = before.Clusters }) == AdministrationOutcome.Done
            ? call.OkAsync()
            : throw HttpError.Illegal($"service {key.GroupedName} not found!", ResultCode.ServiceNotExist);
    }

    private Task ShowAsync(ApiCall call)
    {
        call.Check();
        ServiceKey key = ServiceNames.Read(call.Parameters);
        ServiceView service = ServiceView.Find(registry, key) ?? throw HttpError.Illegal(
            $"service not found, namespace: {key.Namespace}, serviceName: {key.GroupedName}", ResultCode.ServiceNotExist);
        return call.IsV2 ? call.ResultAsync(ServiceJson.EncodeV2(service)) : call.JsonAsync(ServiceJson.EncodeV1(service));
    }
}

/// <summary>What calls for services say of one: its kind, what is set for it, and its list at one moment.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Kind">Fixed by its first use.</param>
/// <param name="Metadata">What is set, or the defaults.</param>
/// <param name="Snapshot">Its list.</param>
internal sealed record ServiceView(ServiceKey Key, ServiceKind Kind, ServiceMetadata Metadata, ServiceSnapshot Snapshot)
{
    /// <summary>Null when there is no such service; one that is only subscribed to is none.</summary>
    public static ServiceView? Find(ServiceRegistry registry, ServiceKey key) => registry.TryGet(key, out ServiceEntry? entry) ? Of(entry) : null;

    /// <summary>Null when it is only subscribed to.</summary>
    public static ServiceView? Of(ServiceEntry entry) =>
        entry.Kind is { } kind ? new ServiceView(entry.Key, kind, entry.Metadata ?? new ServiceMetadata(), entry.GetSnapshot()) : null;

    /// <summary>The clusters that have instances, sorted.</summary>
    public IReadOnlyCollection<string> Clusters
    {
        get
        {
            SortedSet<string> clusters = new(StringComparer.Ordinal);
            foreach (Instance instance in Snapshot.Instances)
            {
                clusters.Add(instance.Identity.Cluster);
            }

            return clusters;
        }
    }
}

/// <summary>Writes a service as <c>GET …/service</c> shows it.</summary>
internal static class ServiceJson
{
    public const string ExampleV1 =
        """{"namespaceId":"public","groupName":"DEFAULT_GROUP","name":"orders","protectThreshold":0.3,"metadata":{},"selector":{"type":"none","contextType":"NONE"},"clusters":[{"name":"DEFAULT","healthChecker":{"type":"TCP"},"metadata":{}}]}""";

    public const string ExampleV2 =
        """{"code":0,"message":"success","data":{"namespace":"public","serviceName":"orders","groupName":"DEFAULT_GROUP","clusterMap":{"DEFAULT":{"clusterName":"DEFAULT","healthChecker":{"type":"TCP"},"metadata":{},"hosts":null}},"metadata":{},"protectThreshold":0.0,"selector":{"type":"none","contextType":"NONE"},"ephemeral":true}}""";

    public static byte[] EncodeV1(ServiceView service) => JsonText.ObjectOf(json =>
    {
        json.WriteString("namespaceId", service.Key.Namespace);
        json.WriteString("groupName", service.Key.Group);
        json.WriteString("name", service.Key.Name);
        json.WriteJavaNumber("protectThreshold", service.Metadata.ProtectThreshold);
        json.WriteTexts("metadata", service.Metadata.ExtendData);
        SelectorText.Write(json, service.Metadata.Selector);
        json.WriteStartArray("clusters");
        foreach (string name in service.Clusters)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            WriteSettings(json, service.Metadata.ClusterOf(name));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    public static byte[] EncodeV2(ServiceView service) => JsonText.ObjectOf(json =>
    {
        json.WriteString("namespace", service.Key.Namespace);
        json.WriteString("serviceName", service.Key.Name);
        json.WriteString("groupName", service.Key.Group);
        json.WriteStartObject("clusterMap");
        foreach (string name in service.Clusters)
        {
            json.WriteStartObject(name);
            json.WriteString("clusterName", name);
            WriteSettings(json, service.Metadata.ClusterOf(name));
            json.WriteNull("hosts");
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteTexts("metadata", service.Metadata.ExtendData);
        json.WriteJavaNumber("protectThreshold", service.Metadata.ProtectThreshold);
        SelectorText.Write(json, service.Metadata.Selector);
        json.WriteBoolean("ephemeral", service.Kind == ServiceKind.Ephemeral);
    });

    private static void WriteSettings(Utf8JsonWriter json, ClusterMetadata cluster)
    {
        HealthCheckerJson.Write(json, "healthChecker", cluster.HealthChecker);
        json.WriteTexts("metadata", cluster.ExtendData);
    }
}
