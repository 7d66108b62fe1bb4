using System.Globalization;
using System.Text.Json;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Instances;
using FastRegistry.Server.Nacos.Services;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary><c>/v2/ns/client</c>: which clients there are, what they publish and what they subscribe to. Reads only.</summary>
internal sealed class ClientEndpoints(ServiceRegistry registry, ClientIndex clients, TimingWheel wheel, TimeProvider timeProvider)
{
    private const string Path = "/v2/ns/client";

    private static readonly EndpointDescription Common = new("GET", Path, "")
    {
        Style = ApiStyle.V2,
        MissingText = MissingParameterText.RequiredRequestParameter,
        IsForOperators = true,
    };

    private static readonly EndpointDescription OfClient = Common with
    {
        Parameters = [ParameterDescription.Required("clientId", ParameterType.Text, "An id from `/v2/ns/client/list`.")],
        Errors = [ServiceParameters.Missing, new ErrorDescription(404, ResultCode.ResourceNotFound, "there is no such client")],
    };

    private static readonly EndpointDescription OfService = Common with
    {
        Checks = ParameterChecks.Naming,
        Parameters =
        [
            InstanceParameters.Service,
            InstanceParameters.Group,
            InstanceParameters.Namespace,
            ParameterDescription.Optional("ephemeral", ParameterType.Flag, "true", "Taken and ignored."),
            ParameterDescription.Optional("ip", ParameterType.Text, null, "Only this address."),
            ParameterDescription.Optional("port", ParameterType.WholeNumber, null, "Only this port."),
        ],
        Errors = [ServiceParameters.Missing],
    };

    public void Map(ApiRoutes api)
    {
        api.Map(
            Common with
            {
                Path = $"{Path}/list",
                Summary = "Ids of all clients.",
                Success = Example("""["1.1.1.1:8080#true","1700000000000_17_4711"]"""),
                Note = "A native client is named by its connection, as in `/v2/core/loader/current`.",
            },
            call => call.ResultAsync(JsonText.ArrayOf(clients.Ids())));
        api.Map(
            OfClient with
            {
                Summary = "One client.",
                Success = Example(
                    """{"clientId":"1.1.1.1:8080#true","ephemeral":true,"lastUpdatedTime":1700000000000,"clientType":"ipPort","clientIp":"1.1.1.1","clientPort":"8080"}"""),
                Note = "A native client: `clientType` `connection`, with `connectType`, `appName` and `version`. The time is that of its last sign of life.",
            },
            call => call.ResultAsync(Encode(Require(call))));
        api.Map(
            OfClient with
            {
                Path = $"{Path}/publish/list",
                Summary = "What a client publishes.",
                Success = Example(
                    """[{"namespace":"public","group":"DEFAULT_GROUP","serviceName":"s","registeredInstance":{"ip":"1.1.1.1","port":8080,"cluster":"DEFAULT"}}]"""),
            },
            call => call.ResultAsync(JsonText.ArrayOf(Require(call).Client?.CopyPublications() ?? [], static (json, publication) =>
            {
                json.WriteStartObject();
                WriteService(json, publication.Service);
                json.WriteStartObject("registeredInstance");
                WriteIdentity(json, publication.Instance.Identity);
                json.WriteEndObject();
                json.WriteEndObject();
            })));
        api.Map(
            OfClient with
            {
                Path = $"{Path}/subscribe/list",
                Summary = "What a client subscribes to.",
                Success = Example(
                    """[{"namespace":"public","group":"DEFAULT_GROUP","serviceName":"s","subscriberInfo":{"app":"","agent":"orders:v1.0","addr":"10.0.0.9:54321"}}]"""),
            },
            call =>
            {
                ClientView client = Require(call);
                SubscriberDescription? subscriber = client.Session?.Status.Describe() ?? (client.Listener as ISubscriber)?.Describe();
                return call.ResultAsync(JsonText.ArrayOf(SubscribedBy(client), (json, service) =>
                {
                    json.WriteStartObject();
                    WriteService(json, service);
                    json.WriteStartObject("subscriberInfo");
                    json.WriteString("app", subscriber?.Application ?? "");
                    json.WriteString("agent", subscriber?.Agent ?? "");
                    json.WriteString("addr", subscriber is null ? "" : $"{subscriber.Ip}:{subscriber.Port}");
                    json.WriteEndObject();
                    json.WriteEndObject();
                }));
            });
        api.Map(
            OfService with
            {
                Path = $"{Path}/service/publisher/list",
                Summary = "Who publishes a service.",
                Success = Example("""[{"ip":"1.1.1.1","port":8080,"cluster":"DEFAULT","clientId":"1.1.1.1:8080#true"}]"""),
                Note = "Without ip or port any; Nacos then finds nothing. Registrations that wait behind a newer one are included.",
            },
            PublishersAsync);
        api.Map(
            OfService with
            {
                Path = $"{Path}/service/subscriber/list",
                Summary = "Who subscribes to a service.",
                Success = Example("""[{"clientId":"10.0.0.9:54321#true","ip":"10.0.0.9","port":54321}]"""),
            },
            SubscribersAsync);
    }

    private static SuccessDescription Example(string data) => SuccessDescription.Json($$"""{"code":0,"message":"success","data":{{data}}}""");

    private static void WriteService(Utf8JsonWriter json, ServiceKey key)
    {
        json.WriteString("namespace", key.Namespace);
        json.WriteString("group", key.Group);
        json.WriteString("serviceName", key.Name);
    }

    private static void WriteIdentity(Utf8JsonWriter json, InstanceIdentity identity)
    {
        json.WriteString("ip", identity.Ip);
        json.WriteNumber("port", identity.Port);
        json.WriteString("cluster", identity.Cluster);
    }

    private static IEnumerable<ServiceKey> SubscribedBy(ClientView client) => client.Session is { } session
        ? session.Status.CopySubscriptions().Select(static subscription => subscription.Service.Key)
        : client.Listener?.CopySubscriptions().Select(static subscription => subscription.Service) ?? [];

    private static (ServiceKey Service, string? Ip, int? Port) ReadService(ApiCall call)
    {
        call.Check();
        ServiceKey key = ServiceNames.Read(call.Parameters);
        return (key, call.Parameters.Find("ip"), call.Parameters.FindWholeNumber("port"));
    }

    private Task PublishersAsync(ApiCall call)
    {
        (ServiceKey service, string? ip, int? port) = ReadService(call);
        IEnumerable<(RegistryClient Client, Instance Instance)> all = registry.TryGet(service, out ServiceEntry? entry) ? entry.CopyPublications() : [];
        IEnumerable<(RegistryClient Client, Instance Instance)> found = all.Where(publication =>
            (ip ?? publication.Instance.Identity.Ip) == publication.Instance.Identity.Ip && (port ?? publication.Instance.Identity.Port) == publication.Instance.Identity.Port);
        return call.ResultAsync(JsonText.ArrayOf(found, static (json, publication) =>
        {
            json.WriteStartObject();
            WriteIdentity(json, publication.Instance.Identity);
            json.WriteString("clientId", ClientIndex.IdOf(publication.Client));
            json.WriteEndObject();
        }));
    }

    private Task SubscribersAsync(ApiCall call)
    {
        (ServiceKey service, string? ip, int? port) = ReadService(call);
        List<Subscription> subscriptions = [];
        if (registry.TryGet(service, out ServiceEntry? entry))
        {
            entry.CopySubscribers(subscriptions);
        }

        IEnumerable<SubscriberDescription> found = subscriptions.Select(static subscription => subscription.Subscriber.Describe())
            .OfType<SubscriberDescription>()
            .Where(subscriber => (ip ?? subscriber.Ip) == subscriber.Ip && (port ?? subscriber.Port) == subscriber.Port);
        return call.ResultAsync(JsonText.ArrayOf(found, static (json, subscriber) =>
        {
            json.WriteStartObject();
            json.WriteString("clientId", subscriber.ClientId);
            json.WriteString("ip", subscriber.Ip);
            json.WriteNumber("port", subscriber.Port);
            json.WriteEndObject();
        }));
    }

    private ClientView Require(ApiCall call)
    {
        string id = call.Parameters.Require("clientId");
        return clients.Find(id) ?? throw HttpError.NotFound($"clientId [ {HttpError.Quote(id)} ] not exist");
    }

    private byte[] Encode(ClientView client) => JsonText.ObjectOf(json =>
    {
        json.WriteString("clientId", client.Id);
        json.WriteBoolean("ephemeral", true);
        json.WriteNumber("lastUpdatedTime", TimeOf(client.LastUpdated));
        if (client.Session is { } session)
        {
            SubscriberDescription description = session.Status.Describe();
            json.WriteString("clientType", "connection");
            json.WriteString("connectType", "FASTREGISTRY");
            json.WriteString("appName", description.Application);
            json.WriteString("version", session.Profile.Version);
            json.WriteString("clientIp", description.Ip);
            json.WriteString("clientPort", description.Port.ToString(CultureInfo.InvariantCulture));
        }
        else
        {
            int colon = client.Id.LastIndexOf(':');
            json.WriteString("clientType", "ipPort");
            json.WriteString("clientIp", client.Id[..colon]);
            json.WriteString("clientPort", client.Id[(colon + 1)..client.Id.LastIndexOf('#')]);
        }
    });

    /// <summary>Wheel time in milliseconds since 1970.</summary>
    private long TimeOf(long wheelMilliseconds) => timeProvider.GetUtcNow().ToUnixTimeMilliseconds() - wheel.Now + wheelMilliseconds;
}
