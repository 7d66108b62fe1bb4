using System.Buffers;
using System.Text.Json;
using FastRegistry.Node.Admission;
using FastRegistry.Node.Hosting;
using FastRegistry.Registry.Instances;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Lists;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary><c>GET /v1/ns/instance</c> and <c>GET /v2/ns/instance</c>: one instance, whatever its health, enabled or not.</summary>
internal sealed class InstanceDetailEndpoints(RegistryNode node)
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
        Instance instance = InstanceFinder.Find(node.Registry, service, identity);
        byte[] body = Encode(instance, service, call.IsV2 ? "serviceName" : "service");
        return call.IsV2 ? call.ResultAsync(body) : call.JsonAsync(body);
    }

    private static byte[] Encode(Instance instance, ServiceKey service, string serviceMember)
    {
        ArrayBufferWriter<byte> output = new(256);
        using Utf8JsonWriter json = new(output, InstanceJson.Options);
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
