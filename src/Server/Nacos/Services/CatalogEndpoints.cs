using System.Text.Json;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Instances;
using FastRegistry.Server.Nacos.Lists;

namespace FastRegistry.Server.Nacos.Services;

/// <summary><c>…/ns/catalog</c>: the console's views, with unhealthy and disabled instances. Everything is sorted, so pages do not shift.</summary>
internal sealed class CatalogEndpoints(ServiceRegistry registry)
{
    private const string InstanceExample =
        """{"instanceId":"1.1.1.1#8080#DEFAULT#DEFAULT_GROUP@@s","ip":"1.1.1.1","port":8080,"weight":1.0,"healthy":true,"enabled":true,"ephemeral":true,"clusterName":"DEFAULT","serviceName":"DEFAULT_GROUP@@s","metadata":{},"instanceHeartBeatInterval":5000,"instanceHeartBeatTimeOut":15000,"ipDeleteTimeout":30000,"instanceIdGenerator":"simple"}""";

    private static readonly ErrorDescription Unknown = new(404, ResultCode.ResourceNotFound, "there is no such service");

    private static readonly EndpointDescription Service = new("GET", "/v1/ns/catalog/service", "A service with the settings of its clusters.")
    {
        Checks = ParameterChecks.Naming,
        MissingText = MissingParameterText.Missing,
        Parameters = [InstanceParameters.Service, InstanceParameters.Group, ServiceParameters.Namespace],
        Success = SuccessDescription.Json(
            """{"service":{"name":"s","groupName":"DEFAULT_GROUP","protectThreshold":0.0,"selector":{"type":"none","contextType":"NONE"},"metadata":{}},"clusters":[{"serviceName":"DEFAULT_GROUP@@s","name":"DEFAULT","healthChecker":{"type":"TCP"},"defaultPort":80,"defaultCheckPort":80,"useIPPort4Check":true,"metadata":{}}]}"""),
        Errors = [ServiceParameters.Missing, Unknown],
        Operation = NamingOperation.HttpServiceQuery,
    };

    private static readonly EndpointDescription Instances = new("GET", "/v1/ns/catalog/instances", "The instances of a cluster, unhealthy and disabled ones included.")
    {
        Checks = ParameterChecks.Naming,
        MissingText = MissingParameterText.Missing,
        Parameters =
        [
            InstanceParameters.Service,
            ParameterDescription.Required("clusterName", ParameterType.Text, "Cluster of the service."),
            ServiceParameters.PageNumber,
            ServiceParameters.PageSize,
            InstanceParameters.Group,
            ServiceParameters.Namespace,
        ],
        Success = SuccessDescription.Json($$"""{"list":[{{InstanceExample}}],"count":1}"""),
        Errors =
        [
            ServiceParameters.Missing,
            ServiceParameters.NotANumber,
            Unknown,
            new ErrorDescription(404, ResultCode.ResourceNotFound, "there is no such cluster"),
        ],
        Operation = NamingOperation.HttpQuery,
    };

    private static readonly EndpointDescription InstancesV2 = new("GET", "/v2/ns/catalog/instances", "The instances of a service, by health and enablement.")
    {
        OtherMethods = ["POST", "PUT", "DELETE", "PATCH"],
        Style = ApiStyle.V2,
        ErrorsAs = ErrorBody.Text,
        Checks = ParameterChecks.Naming,
        MissingText = MissingParameterText.Missing,
        Parameters =
        [
            InstanceParameters.Service,
            ServiceParameters.PageNumber,
            ServiceParameters.PageSize,
            ServiceParameters.Namespace,
            ParameterDescription.Optional("healthyOnly", ParameterType.Flag, null, "Only those whose health is this."),
            ParameterDescription.Optional("enabledOnly", ParameterType.Flag, null, "Only those whose enablement is this."),
        ],
        Success = SuccessDescription.Json($$$"""{"code":0,"message":"success","data":{"instances":[{{{InstanceExample}}}],"count":1}}"""),
        Errors = [ServiceParameters.Missing, ServiceParameters.NotANumber],
        Note = "`groupName` is taken too. Pages are counted after filtering. An unknown service has none. Errors are texts, as in Nacos.",
        Operation = NamingOperation.HttpQuery,
    };

    private static readonly EndpointDescription Services = new("GET", "/v1/ns/catalog/services", "Services with figures, or with their instances.")
    {
        Checks = ParameterChecks.None,
        MissingText = MissingParameterText.Missing,
        Parameters =
        [
            ServiceParameters.PageNumber,
            ServiceParameters.PageSize,
            ServiceParameters.Namespace,
            ParameterDescription.Optional("serviceNameParam", ParameterType.Text, null, "Part of a regular expression that the name must contain."),
            ParameterDescription.Optional("groupNameParam", ParameterType.Text, null, "The same for the group."),
            ParameterDescription.Optional("withInstances", ParameterType.Flag, "false", "Instances instead of figures."),
            ParameterDescription.Optional("hasIpCount", ParameterType.Flag, "false", "Leaves services without instances out."),
            ParameterDescription.Optional("instance", ParameterType.Text, null, "Taken and ignored."),
        ],
        Success = SuccessDescription.Json(
            """{"count":2,"serviceList":[{"name":"s","groupName":"DEFAULT_GROUP","clusterCount":1,"ipCount":3,"healthyInstanceCount":2,"triggerFlag":"false"}]}"""),
        Errors = [ServiceParameters.Missing, ServiceParameters.NotANumber],
        Note = "With `withInstances=true` an array. Pages are exact where Nacos repeats short lists. Expressions are without look-around and back references.",
        Operation = NamingOperation.HttpServiceList,
    };

    public void Map(ApiRoutes api)
    {
        api.Map(Service, ServiceAsync);
        api.Map(Instances, InstancesAsync);
        api.Map(InstancesV2, InstancesV2Async);
        api.Map(Services, ServicesAsync);
    }

    private static Page PageOf(ApiCall call) => new(call.Parameters.RequireWholeNumber("pageNo"), call.Parameters.RequireWholeNumber("pageSize"));

    private static List<Instance> InstancesOf(ServiceView service, Predicate<Instance> isWanted)
    {
        List<Instance> instances = [];
        foreach (Instance instance in service.Snapshot.Instances)
        {
            if (isWanted(instance))
            {
                instances.Add(instance);
            }
        }

        instances.Sort(static (left, right) =>
        {
            int order = string.CompareOrdinal(left.Identity.Ip, right.Identity.Ip);
            order = order != 0 ? order : left.Identity.Port.CompareTo(right.Identity.Port);
            return order != 0 ? order : string.CompareOrdinal(left.Identity.Cluster, right.Identity.Cluster);
        });
        return instances;
    }

    private Task ServiceAsync(ApiCall call) => call.JsonAsync(CatalogJson.EncodeService(Require(call)));

    private Task InstancesAsync(ApiCall call)
    {
        ServiceView service = Require(call);
        string cluster = call.Parameters.Require("clusterName");
        Page page = PageOf(call);
        if (!service.Clusters.Contains(cluster))
        {
            throw HttpError.NotFound($"cluster {cluster} is not found!");
        }

        List<Instance> instances = InstancesOf(service, instance => instance.Identity.Cluster == cluster);
        return call.JsonAsync(JsonText.ObjectOf(json =>
        {
            CatalogJson.WriteInstances(json, "list", page.Of(instances), service.Key);
            json.WriteNumber("count", instances.Count);
        }));
    }

    private Task InstancesV2Async(ApiCall call)
    {
        call.Check();
        ServiceKey key = ServiceNames.Read(call.Parameters);
        Page page = PageOf(call);
        bool? healthy = call.Parameters.FindFlag("healthyOnly");
        bool? enabled = call.Parameters.FindFlag("enabledOnly");
        List<Instance> instances = ServiceView.Find(registry, key) is { } service
            ? InstancesOf(service, instance => (healthy ?? instance.Healthy) == instance.Healthy && (enabled ?? instance.Enabled) == instance.Enabled)
            : [];
        return call.ResultAsync(JsonText.ObjectOf(json =>
        {
            Instance[] shown = [.. page.Of(instances)];
            if (shown.Length > 0)
            {
                CatalogJson.WriteInstances(json, "instances", shown, key);
            }

            json.WriteNumber("count", instances.Count);
        }));
    }

    private Task ServicesAsync(ApiCall call)
    {
        RequestParameters parameters = call.Parameters;
        CheckRules.CheckNamespace(parameters.Find("namespaceId"));
        string @namespace = ServiceNames.NamespaceOf(parameters);
        Page page = PageOf(call);
        NamePattern names = NamePattern.Parse("serviceNameParam", parameters.Find("serviceNameParam"));
        NamePattern groups = NamePattern.Parse("groupNameParam", parameters.Find("groupNameParam"));
        bool withInstancesOnly = parameters.FindWord("hasIpCount") == true;
        List<ServiceEntry> found = [.. registry.Services.Where(entry =>
            entry.Kind is not null
            && entry.Key.Namespace == @namespace
            && (!withInstancesOnly || entry.InstanceCount > 0)
            && names.Matches(entry.Key.Name)
            && groups.Matches(entry.Key.Group))];
        found.Sort(static (left, right) => string.CompareOrdinal(left.Key.GroupedName, right.Key.GroupedName));

        // One that has disappeared since is left out.
        IEnumerable<ServiceView> shown = page.Of(found).Select(ServiceView.Of).OfType<ServiceView>();
        return call.JsonAsync(parameters.FindWord("withInstances") == true
            ? JsonText.ArrayOf(shown, CatalogJson.WriteDetail)
            : JsonText.ObjectOf(json =>
            {
                json.WriteNumber("count", found.Count);
                json.WriteStartArray("serviceList");
                foreach (ServiceView service in shown)
                {
                    CatalogJson.WriteSummary(json, service);
                }

                json.WriteEndArray();
            }));
    }

    private ServiceView Require(ApiCall call)
    {
        call.Check();
        ServiceKey key = ServiceNames.Read(call.Parameters);
        return ServiceView.Find(registry, key) ?? throw HttpError.NotFound($"service {key.GroupedName} is not found!");
    }
}

/// <summary>Writes services and instances as the console's views show them.</summary>
internal static class CatalogJson
{
    // Nacos' default of the port a cluster's instances have; nothing sets another one.
    private const int DefaultPort = 80;

    /// <summary>One service with the settings of its clusters.</summary>
    public static byte[] EncodeService(ServiceView service) => JsonText.ObjectOf(json =>
    {
        json.WriteStartObject("service");
        json.WriteString("name", service.Key.Name);
        json.WriteString("groupName", service.Key.Group);
        json.WriteJavaNumber("protectThreshold", service.Metadata.ProtectThreshold);
        SelectorText.Write(json, service.Metadata.Selector);
        json.WriteTexts("metadata", service.Metadata.ExtendData);
        json.WriteEndObject();
        json.WriteStartArray("clusters");
        foreach (string name in service.Clusters)
        {
            ClusterMetadata cluster = service.Metadata.ClusterOf(name);
            json.WriteStartObject();
            json.WriteString("serviceName", service.Key.GroupedName);
            json.WriteString("name", name);
            HealthCheckerJson.Write(json, "healthChecker", cluster.HealthChecker);
            json.WriteNumber("defaultPort", DefaultPort);
            json.WriteNumber("defaultCheckPort", cluster.CheckPort);
            json.WriteBoolean("useIPPort4Check", cluster.UseInstancePort);
            json.WriteTexts("metadata", cluster.ExtendData);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>A line of the list of services.</summary>
    public static void WriteSummary(Utf8JsonWriter json, ServiceView service)
    {
        int count = service.Snapshot.Instances.Length;
        int healthy = 0;
        foreach (Instance instance in service.Snapshot.Instances)
        {
            healthy += instance.Healthy ? 1 : 0;
        }

        bool isTriggered = count > 0 && (double)healthy / count <= service.Metadata.ProtectThreshold;
        json.WriteStartObject();
        json.WriteString("name", service.Key.Name);
        json.WriteString("groupName", service.Key.Group);
        json.WriteNumber("clusterCount", service.Clusters.Count);
        json.WriteNumber("ipCount", count);
        json.WriteNumber("healthyInstanceCount", healthy);

        // A text, as in Nacos.
        json.WriteString("triggerFlag", isTriggered ? "true" : "false");
        json.WriteEndObject();
    }

    /// <summary>A service with its instances by cluster.</summary>
    public static void WriteDetail(Utf8JsonWriter json, ServiceView service)
    {
        json.WriteStartObject();
        json.WriteNull("namespace");
        json.WriteString("serviceName", service.Key.Name);
        json.WriteString("groupName", service.Key.Group);
        json.WriteStartObject("clusterMap");
        foreach (string name in service.Clusters)
        {
            json.WriteStartObject(name);
            json.WriteNull("clusterName");
            json.WriteNull("healthChecker");
            json.WriteNull("metadata");
            json.WriteStartArray("hosts");
            foreach (Instance instance in service.Snapshot.Instances)
            {
                if (instance.Identity.Cluster == name)
                {
                    WriteHost(json, instance);
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteTexts("metadata", service.Metadata.ExtendData);
        json.WriteJavaNumber("protectThreshold", service.Metadata.ProtectThreshold);
        json.WriteNull("selector");
        json.WriteNull("ephemeral");
        json.WriteEndObject();
    }

    /// <summary>A page of instances as an array.</summary>
    public static void WriteInstances(Utf8JsonWriter json, string member, IEnumerable<Instance> instances, ServiceKey service)
    {
        JsonEncodedText serviceName = JsonEncodedText.Encode(service.GroupedName, JsonText.Encoder);
        json.WriteStartArray(member);
        foreach (Instance instance in instances)
        {
            InstanceJson.Write(json, instance, service, serviceName);
        }

        json.WriteEndArray();
    }

    private static void WriteHost(Utf8JsonWriter json, Instance instance)
    {
        json.WriteStartObject();
        json.WriteBoolean("valid", instance.Healthy);
        InstanceJson.WriteMetadata(json, instance);
        json.WriteNumber("port", instance.Identity.Port);
        json.WriteString("ip", instance.Identity.Ip);
        json.WriteJavaNumber("weight", instance.Weight);
        json.WriteBoolean("enabled", instance.Enabled);
        json.WriteEndObject();
    }
}
