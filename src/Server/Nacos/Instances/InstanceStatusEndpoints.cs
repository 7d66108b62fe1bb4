using FastRegistry.Node.Admission;
using FastRegistry.Node.Hosting;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary><c>/v1/ns/instance/statuses</c> and <c>/v2/ns/instance/statuses/{key}</c>: the health of all instances of a service, disabled ones included.</summary>
internal sealed class InstanceStatusEndpoints(RegistryNode node)
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
        if (node.Registry.TryGet(service, out ServiceEntry? entry))
        {
            foreach (Instance instance in entry.GetSnapshot().Instances)
            {
                statuses.Add($"{instance.Identity.Ip}:{instance.Identity.Port}_{(instance.Healthy ? "true" : "false")}");
            }
        }

        return call.JsonAsync(new InstanceStatusesBody(statuses), HttpJson.Default.InstanceStatusesBody);
    }
}
