using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary><c>PUT</c> and <c>DELETE …/instance/metadata/batch</c>: keys put over the metadata of many instances, and taken away again.</summary>
internal sealed class MetadataBatchEndpoints(ServiceRegistry registry, InstanceOverrides overrides)
{
    private static readonly EndpointDescription PutV1 = new("PUT", "/v1/ns/instance/metadata/batch", "Puts keys over the metadata of instances of a service.")
    {
        Checks = ParameterChecks.MetadataBatch,
        Parameters =
        [
            InstanceParameters.Service,
            InstanceParameters.Group,
            InstanceParameters.Namespace,
            InstanceParameters.Metadata with { IsRequired = true },
            ParameterDescription.Optional("instances", ParameterType.Json, null, "Array of `ip`, `port`, `clusterName`; absent = all instances of the service."),
            ParameterDescription.Optional("consistencyType", ParameterType.Text, null, "Taken, without effect."),
        ],
        Success = SuccessDescription.Json("""{"updated":["1.1.1.1:8080:unknown:DEFAULT:ephemeral"]}""", typeof(UpdatedInstancesBody)),
        Errors =
        [
            InstanceParameters.Missing,
            InstanceParameters.BadMetadata,
            new ErrorDescription(400, ResultCode.ParameterValidateError, "`instances` is no JSON array of instances"),
            InstanceParameters.OverridesFull,
        ],
        Note = "An empty array means none; Nacos takes it as all.",
        Operation = NamingOperation.HttpMetadataUpdate,
    };

    private static readonly EndpointDescription DeleteV1 = PutV1 with
    {
        Method = "DELETE",
        Errors = [.. PutV1.Errors.Where(static error => error != InstanceParameters.OverridesFull)],
        Summary = "Takes keys away that were put over the metadata of instances; what was registered stays.",
    };

    public void Map(ApiRoutes api)
    {
        api.Map(PutV1, call => ChangeAsync(call, Put));
        api.Map(V2Of(PutV1), call => ChangeAsync(call, Put));
        api.Map(DeleteV1, call => ChangeAsync(call, Remove));
        api.Map(V2Of(DeleteV1), call => ChangeAsync(call, Remove));
    }

    private static EndpointDescription V2Of(EndpointDescription v1) => v1 with
    {
        Path = "/v2/ns/instance/metadata/batch",
        Style = ApiStyle.V2,
        MissingText = MissingParameterText.RequiredOfType,
        Success = SuccessDescription.Json("""{"code":0,"message":"success","data":{"updated":["1.1.1.1:8080:unknown:DEFAULT:ephemeral"]}}""", typeof(UpdatedInstancesBody)),
    };

    private static ImmutableSortedDictionary<string, string> Put(
        ImmutableSortedDictionary<string, string> before, ImmutableArray<KeyValuePair<string, string>> metadata) => before.SetItems(metadata);

    private static ImmutableSortedDictionary<string, string> Remove(
        ImmutableSortedDictionary<string, string> before, ImmutableArray<KeyValuePair<string, string>> metadata) =>
        before.RemoveRange(metadata.Select(static pair => pair.Key));

    private Task ChangeAsync(
        ApiCall call,
        Func<ImmutableSortedDictionary<string, string>, ImmutableArray<KeyValuePair<string, string>>, ImmutableSortedDictionary<string, string>> change)
    {
        call.Check();
        RequestParameters parameters = call.Parameters;
        ServiceKey service = ServiceNames.Read(parameters);
        ImmutableArray<KeyValuePair<string, string>> metadata = MetadataText.Parse(parameters.Require("metadata"));
        List<BatchElement> elements = parameters.Find("instances") is { } text ? BatchElement.ParseAll(text) : AllOf(service);
        List<string> updated = [];
        foreach (BatchElement element in elements)
        {
            InstanceIdentity identity = element.Identity;
            if (element.Ephemeral && IsListed(service, identity)
                && overrides.Change(service, identity, before => before with { Metadata = change(before.Metadata, metadata) }))
            {
                updated.Add($"{identity.Ip}:{identity.Port}:unknown:{identity.Cluster}:ephemeral");
            }
        }

        UpdatedInstancesBody body = new(updated);
        return call.IsV2 ? call.ResultAsync(body, UpdatedInstancesJson.Default.UpdatedInstancesBody) : call.JsonAsync(body, UpdatedInstancesJson.Default.UpdatedInstancesBody);
    }

    private List<BatchElement> AllOf(ServiceKey service)
    {
        List<BatchElement> all = [];
        if (registry.TryGet(service, out ServiceEntry? entry))
        {
            foreach (Instance instance in entry.GetSnapshot().Instances)
            {
                all.Add(new BatchElement(instance.Identity, Ephemeral: true));
            }
        }

        return all;
    }

    private bool IsListed(ServiceKey service, InstanceIdentity identity)
    {
        if (!registry.TryGet(service, out ServiceEntry? entry))
        {
            return false;
        }

        lock (entry.ServiceLock)
        {
            return entry.ShownLocked(identity) is not null;
        }
    }
}

/// <summary>One element of the parameter <c>instances</c>.</summary>
/// <param name="Identity">Which instance.</param>
/// <param name="Ephemeral">False: a persistent one, of which this version has none.</param>
internal sealed record BatchElement(InstanceIdentity Identity, bool Ephemeral)
{
    /// <summary>Elements that are taken in one call.</summary>
    public const int MaximumElements = 10_000;

    /// <exception cref="HttpError">It is no array of instances.</exception>
    public static List<BatchElement> ParseAll(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() > MaximumElements)
            {
                throw Broken;
            }

            return [.. document.RootElement.EnumerateArray().Select(Read)];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw Broken;
        }
    }

    private static HttpError Broken => HttpError.IllegalParameter("instances", $"must be a JSON array of at most {MaximumElements} instances");

    private static BatchElement Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Broken;
        }

        string ip = TextOf(element, "ip");
        string port = TextOf(element, "port");
        string cluster = TextOf(element, "clusterName");
        CheckRules.CheckIp(ip);
        CheckRules.CheckPort(port);
        CheckRules.CheckCluster(cluster);
        int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        InstanceIdentity identity = new(cluster.Length > 0 ? cluster : Instance.DefaultCluster, ip, number);
        return new BatchElement(identity, TextOf(element, "ephemeral") is "" or "true");
    }

    private static string TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? MetadataText.TextOf(value)?.Trim() ?? throw Broken : "";
}

/// <summary>Body of the calls that change the metadata of many.</summary>
/// <param name="Updated"><c>ip:port:unknown:cluster:ephemeral</c> of each.</param>
internal sealed record UpdatedInstancesBody(IReadOnlyList<string> Updated);

/// <summary>The generated serialization of <see cref="UpdatedInstancesBody"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UpdatedInstancesBody))]
internal sealed partial class UpdatedInstancesJson : JsonSerializerContext;
