using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Lists;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary><c>GET /v1/ns/instance</c> and <c>GET /v2/ns/instance</c>: one instance, whatever its health, enabled or not.</summary>
internal sealed class InstanceDetailEndpoints(ServiceRegistry registry)
{
    private static readonly EndpointDescription DetailV1 = new("GET", InstanceEndpoints.V1Path, "One instance, whatever its health, enabled or not.")
    {
        Checks = ParameterChecks.Naming,
        Parameters = [InstanceParameters.Service, InstanceParameters.Group, InstanceParameters.Ip, InstanceParameters.Port, InstanceParameters.Namespace, InstanceParameters.Cluster],
        Success = SuccessDescription.Json("""
            {"service":"DEFAULT_GROUP@@s","ip":"1.1.1.1","port":8080,"clusterName":"DEFAULT","weight":1.0,"healthy":true,"instanceId":"1.1.1.1#8080#DEFAULT#DEFAULT_GROUP@@s","metadata":{"k":"v"}}
            """),
        Errors = [InstanceParameters.Missing, InstanceParameters.NotANumber, InstanceParameters.NotFound],
        Operation = NamingOperation.HttpQuery,
    };

    private static readonly EndpointDescription DetailV2 = DetailV1 with
    {
        Path = InstanceEndpoints.V2Path,
        Style = ApiStyle.V2,
        MissingText = MissingParameterText.RequiredRequestParameter,
        Success = SuccessDescription.Json("""
            {"code":0,"message":"success","data":{"serviceName":"DEFAULT_GROUP@@s","ip":"1.1.1.1","port":8080,"clusterName":"DEFAULT","weight":1.0,"healthy":true,"instanceId":"1.1.1.1#8080#DEFAULT#DEFAULT_GROUP@@s","metadata":{"k":"v"}}}
            """),
    };

    public void Map(ApiRoutes api)
    {
        api.Map(DetailV1, FindAsync);
        api.Map(DetailV2, FindAsync);
    }

    private Task FindAsync(ApiCall call)
    {
        call.Check();
        RequestParameters parameters = call.Parameters;
        ServiceKey service = ServiceNames.Read(parameters);
        InstanceIdentity identity = InstanceRequest.ReadIdentity(parameters, parameters.Find("clusterName"));
        Instance instance = InstanceFinder.Find(registry, service, identity);
        byte[] body = Encode(instance, service, call.IsV2 ? "serviceName" : "service");
        return call.IsV2 ? call.ResultAsync(body) : call.JsonAsync(body);
    }

    private static byte[] Encode(Instance instance, ServiceKey service, string serviceMember)
    {
        ArrayBufferWriter<byte> output = new(256);
        using Utf8JsonWriter json = new(output, JsonText.Options);
        json.WriteStartObject();
        json.WriteString(serviceMember, service.GroupedName);
        json.WriteString("ip"u8, instance.Identity.Ip);
        json.WriteNumber("port"u8, instance.Identity.Port);
        json.WriteString("clusterName"u8, instance.Identity.Cluster);
        json.WritePropertyName("weight"u8);
        json.WriteRawValue(JavaDoubleConverter.TextOf(instance.Weight), skipInputValidation: true);
        json.WriteBoolean("healthy"u8, instance.Healthy);
        json.WriteString("instanceId"u8, instance.IdIn(service));
        InstanceJson.WriteMetadata(json, instance);
        json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }
}

/// <summary>Finds one listed instance, as overrides show it.</summary>
internal static class InstanceFinder
{
    /// <exception cref="HttpError">404, in Nacos' words.</exception>
    public static Instance Find(ServiceRegistry registry, ServiceKey service, InstanceIdentity identity)
    {
        if (!registry.TryGet(service, out ServiceEntry? entry) || entry.InstanceCount == 0)
        {
            throw HttpError.NotFound($"no ips found for cluster {identity.Cluster} in service {service.GroupedName}");
        }

        lock (entry.ServiceLock)
        {
            return entry.ShownLocked(identity) ?? throw HttpError.NotFound("no matched ip found!");
        }
    }
}

/// <summary><c>/v1/ns/instance/statuses</c> and <c>/v2/ns/instance/statuses/{key}</c>: the health of all instances of a service, disabled ones included.</summary>
internal sealed class InstanceStatusEndpoints(ServiceRegistry registry)
{
    private const string NamespaceSeparator = "##";

    private static readonly ParameterDescription Key =
        ParameterDescription.Required("key", ParameterType.Text, "`group@@service` or `namespace##group@@service`, encoded.");

    private static readonly ErrorDescription BadKey = new(400, ResultCode.ParameterValidateError, "the key has no group, or no name");

    private static readonly EndpointDescription StatusesV1 = new("GET", "/v1/ns/instance/statuses", "The health of all instances of a service.")
    {
        MissingText = MissingParameterText.Missing,
        Parameters = [Key],
        Success = SuccessDescription.Json("""{"ips":["1.1.1.1:8080_true","1.1.1.2:8080_false"]}""", typeof(InstanceStatusesBody)),
        Errors = [InstanceParameters.Missing, BadKey],
        Operation = NamingOperation.HttpQuery,
    };

    private static readonly EndpointDescription StatusesV2 = StatusesV1 with
    {
        Path = "/v2/ns/instance/statuses/{key}",
        OtherMethods = ["POST", "PUT", "PATCH", "DELETE"],
        Style = ApiStyle.V2,
        Parameters = [Key with { IsInPath = true }],
        Errors = [BadKey],
        Note = "The answer is not wrapped in a result.",
    };

    public void Map(ApiRoutes api)
    {
        api.Map(StatusesV1, call => AnswerAsync(call, call.Parameters.Require("key")));
        api.Map(StatusesV2, call => AnswerAsync(call, (string?)call.Context.Request.RouteValues["key"] ?? ""));
    }

    private Task AnswerAsync(ApiCall call, string key)
    {
        int at = key.IndexOf(NamespaceSeparator, StringComparison.Ordinal);
        string @namespace = at > 0 ? key[..at] : ServiceKey.DefaultNamespace;
        ServiceKey service = ServiceNames.OfGrouped(at < 0 ? key : key[(at + NamespaceSeparator.Length)..], @namespace);
        List<string> statuses = [];
        if (registry.TryGet(service, out ServiceEntry? entry))
        {
            foreach (Instance instance in entry.GetSnapshot().Instances)
            {
                statuses.Add($"{instance.Identity.Ip}:{instance.Identity.Port}_{(instance.Healthy ? "true" : "false")}");
            }
        }

        return call.JsonAsync(new InstanceStatusesBody(statuses), InstanceStatusesJson.Default.InstanceStatusesBody);
    }
}

/// <summary>Body of the statuses call.</summary>
/// <param name="Ips"><c>ip:port_true</c> for each instance that is healthy, else <c>…_false</c>.</param>
internal sealed record InstanceStatusesBody(IReadOnlyList<string> Ips);

/// <summary>The generated serialization of <see cref="InstanceStatusesBody"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InstanceStatusesBody))]
internal sealed partial class InstanceStatusesJson : JsonSerializerContext;
