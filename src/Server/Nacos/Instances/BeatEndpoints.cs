using System.Buffers.Text;
using System.Runtime.CompilerServices;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Instances;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary><c>PUT /v1/ns/instance/beat</c> and <c>PUT /v2/ns/instance/beat</c>: an instance says that it is there, and is registered when a full beat finds it is
/// not known.</summary>
internal sealed class BeatEndpoints(NamingAdmission admission, SwitchBoard switchBoard, IpPortClients clients)
{
    private const int Taken = 10200;
    private const int Unknown = 20404;

    private static readonly ErrorDescription BadBeat = new(400, ResultCode.ParameterValidateError, "the beat is no JSON object of the form");

    private static readonly EndpointDescription BeatV1 = new("PUT", "/v1/ns/instance/beat", "Says that an instance is alive; a full beat registers one that is not known.")
    {
        Checks = ParameterChecks.Beat,
        Parameters =
        [
            InstanceParameters.Service,
            InstanceParameters.Group,
            InstanceParameters.Namespace,
            InstanceParameters.Cluster,
            ParameterDescription.Optional("ip", ParameterType.Text, null, "Address of the instance, for a light beat."),
            ParameterDescription.Optional("port", ParameterType.WholeNumber, "0", "Port of the instance, for a light beat."),
            ParameterDescription.Optional("beat", ParameterType.Json, null, "A full beat: `ip`, `port`, `cluster`, `weight`, `metadata`. Without it the beat is a light one."),
        ],
        Success = SuccessDescription.Json("""{"clientBeatInterval":5000,"code":10200,"lightBeatEnabled":true}"""),
        Errors = [InstanceParameters.Missing, InstanceParameters.BadWeight, InstanceParameters.BadInstance, BadBeat, InstanceParameters.OtherKind, InstanceParameters.Full, InstanceParameters.Persistent],
        Note = "`code` 20404, with status 200: a light beat of an instance that is not known; register again. The service is that of the parameter, not of the JSON. `ip` and `port` beside the beat of a known instance are not looked at.",
        Operation = NamingOperation.HttpBeat,
    };

    private static readonly EndpointDescription BeatV2 = BeatV1 with
    {
        Path = "/v2/ns/instance/beat",
        Style = ApiStyle.V2,
        MissingText = MissingParameterText.RequiredRequestParameter,
        Parameters = [InstanceParameters.GroupedService, .. BeatV1.Parameters.Where(static parameter => parameter.Name is not ("serviceName" or "groupName"))],
        Note = $"{BeatV1.Note} The answer is not wrapped in a result.",
    };

    public void Map(ApiRoutes api)
    {
        api.Map(BeatV1, BeatAsync);
        api.Map(BeatV2, BeatAsync);
    }

    [SkipLocalsInit]
    private Task BeatAsync(ApiCall call)
    {
        // v2 insists on the grouped form: the slow way says so.
        Span<byte> key = stackalloc byte[BeatText.MaximumKeyBytes];
        int keyBytes = call.IsV2 ? -1 : BeatText.TryReadKey(call.Parameters, key);
        return keyBytes > 0 && clients.TryFind(key[..keyBytes], out BeatingInstance? known) && known.TryBeat() ? AnswerAsync(call, Taken, known) : BeatSlowlyAsync(call);
    }

    private Task BeatSlowlyAsync(ApiCall call)
    {
        RequestParameters parameters = call.Parameters;
        BeatBody? body = parameters.Find("beat") is { } text ? BeatBody.Parse(text) : null;
        call.Check();
        if (body is not null)
        {
            CheckRules.CheckCluster(body.Cluster);
            CheckRules.CheckIp(body.Ip);
            CheckRules.CheckPort(body.Port);
        }

        ServiceKey service = call.IsV2 ? ServiceNames.ReadGrouped(parameters) : ServiceNames.Read(parameters);
        string ip = body is { Ip.Length: > 0 } ? body.Ip : parameters.Find("ip") ?? "";
        int port = body is { Port: not 0 } ? body.Port : parameters.FindWholeNumber("port") ?? 0;
        if (clients.TryFind(InstanceKeyText.Of(service, ip, port), out BeatingInstance? known) && known.TryBeat())
        {
            return AnswerAsync(call, Taken, known);
        }

        return body is null ? AnswerAsync(call, Unknown, instance: null) : RegisterAsync(call, service, body, ip, port);
    }

    private Task RegisterAsync(ApiCall call, ServiceKey service, BeatBody body, string ip, int port)
    {
        if (!call.IsV2 && admission.IsRefusedByStatus(NamingOperation.HttpRegister, out ServerStatus status))
        {
            throw new HttpError(
                $"server is {status.Name()}now, detailed error message: register is refused", StatusCodes.Status503ServiceUnavailable, ResultCode.ServerError);
        }

        if (ip.Length == 0)
        {
            throw HttpError.Missing("ip", "String", call.Endpoint.MissingText);
        }

        if (!body.Ephemeral)
        {
            throw HttpError.NotSupported(InstanceRequest.NoPersistentInstances);
        }

        string cluster = body.Cluster.Length > 0 ? body.Cluster : call.Parameters.Find("clusterName") ?? Instance.DefaultCluster;
        CheckRules.CheckMetadata(body.Metadata);
        Instance instance = Instance.Create(new InstanceIdentity(cluster, ip, port), body.Weight, metadata: body.Metadata);
        InstanceRules.Check(instance);
        return clients.Register(service, instance) is { } error
            ? throw HttpError.Of(error)
            : AnswerAsync(call, Taken, clients.TryFind(InstanceKeyText.Of(service, ip, port), out BeatingInstance? beating) ? beating : null);
    }

    private Task AnswerAsync(ApiCall call, int code, BeatingInstance? instance)
    {
        Switches switches = switchBoard.Current;
        long interval = instance?.IntervalMilliseconds ?? -1;
        Span<byte> answer = stackalloc byte[96];
        "{\"clientBeatInterval\":"u8.CopyTo(answer);
        int written = "{\"clientBeatInterval\":"u8.Length;
        Utf8Formatter.TryFormat(interval >= 0 ? interval : switches.ClientBeatIntervalMilliseconds, answer[written..], out int numberBytes);
        written += numberBytes;
        ReadOnlySpan<byte> middle = code == Taken ? ",\"code\":10200,\"lightBeatEnabled\":"u8 : ",\"code\":20404,\"lightBeatEnabled\":"u8;
        middle.CopyTo(answer[written..]);
        written += middle.Length;
        ReadOnlySpan<byte> end = switches.LightBeatEnabled ? "true}"u8 : "false}"u8;
        end.CopyTo(answer[written..]);
        return call.JsonAsync(answer[..(written + end.Length)]);
    }
}
