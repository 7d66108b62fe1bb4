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

/// <summary><c>…/ns/health</c>: the health of persistent instances set by hand, and what checkers there are.</summary>
internal sealed class HealthCheckEndpoints(ServiceRegistry registry)
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
            "msg", $"Hello! I am Nacos-Naming and healthy! total services: {registry.ServiceCount}, local port:{call.Context.Connection.LocalPort}"))));
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
        bool isChecked = ServiceView.Find(registry, key) is not { } service || service.Metadata.ClusterOf(cluster).HealthChecker.Type != HealthCheckType.None;
        throw isChecked
            ? new HttpError($"health check is still working, service: {key.GroupedName}, cluster: {cluster}", code: ResultCode.ServerError)
            : HttpError.NotSupported(NoPersistent);
    }
}

/// <summary><c>/v1/ns/cluster</c>: how the instances of a cluster are checked.</summary>
internal sealed class ClusterEndpoints(ServiceRegistry registry)
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
        AdministrationOutcome outcome = registry.UpdateMetadata(key, before =>
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

/// <summary>Reads and writes the health checker of a cluster in Nacos' JSON.</summary>
/// <remarks>A password is taken and never told: everybody may ask for a service.</remarks>
internal static class HealthCheckerJson
{
    private const int MaximumTextLength = 1024;

    /// <summary>Reads it; an unknown or absent type is none, unknown members are ignored, as in Nacos.</summary>
    /// <exception cref="HttpError">It is no JSON object, or a member is of the wrong type.</exception>
    public static HealthChecker Parse(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw NoObject();
            }

            return Text(root, "type") switch
            {
                "TCP" => HealthChecker.Tcp,
                "HTTP" => new HealthChecker(HealthCheckType.Http)
                {
                    Path = Text(root, "path") ?? "",
                    Headers = Text(root, "headers") ?? "",
                    ExpectedResponseCode = StatusOf(root),
                },
                "MYSQL" => new HealthChecker(HealthCheckType.MySql) { User = Text(root, "user"), Password = Text(root, "pwd"), Command = Text(root, "cmd") },
                _ => new HealthChecker(HealthCheckType.None),
            };
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The second: an escape that is half a surrogate pair is noticed only when the value is read.
            throw NoObject();
        }
    }

    /// <summary>The name of a type.</summary>
    public static string NameOf(HealthCheckType type) => type.ToString().ToUpperInvariant();

    /// <summary>The members of the object.</summary>
    public static void Write(Utf8JsonWriter json, string name, HealthChecker checker)
    {
        json.WriteStartObject(name);
        json.WriteString("type", NameOf(checker.Type));
        switch (checker.Type)
        {
            case HealthCheckType.Http:
                json.WriteString("path", checker.Path);
                json.WriteString("headers", checker.Headers);
                json.WriteNumber("expectedResponseCode", checker.ExpectedResponseCode);
                break;
            case HealthCheckType.MySql:
                json.WriteString("user", checker.User);
                json.WriteNull("pwd");
                json.WriteString("cmd", checker.Command);
                break;
            default:
                break;
        }

        json.WriteEndObject();
    }

    private static string? Text(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        string? text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return text is { Length: <= MaximumTextLength }
            ? text
            : throw HttpError.IllegalParameter("healthChecker", $"must have a text of at most {MaximumTextLength} characters as '{name}'");
    }

    private static int StatusOf(JsonElement root)
    {
        if (!root.TryGetProperty("expectedResponseCode", out JsonElement value))
        {
            return HealthChecker.Tcp.ExpectedResponseCode;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int status) && status is >= 100 and <= 599
            ? status
            : throw HttpError.IllegalParameter("healthChecker", "must have an HTTP status as 'expectedResponseCode'");
    }

    private static HttpError NoObject() => HttpError.IllegalParameter("healthChecker", $"must be a JSON object such as {{\"type\":\"TCP\"}}");
}
