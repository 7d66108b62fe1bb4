using System.Net;
using System.Text.Json;
using FastRegistry.Node.Admission;
using FastRegistry.Node.Configuration;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Cluster;

/// <summary><c>/v1/core/cluster</c>: the members of the cluster, which is this node.</summary>
internal sealed class MemberV1Endpoints(MemberJson member)
{
    /// <summary>Why calls that change who belongs to the cluster are not answered.</summary>
    public const string OneNode = "this version is one node: there is no cluster that a member could join or leave";

    private const string Path = "/v1/core/cluster";

    private static readonly EndpointDescription Common = new("GET", Path, "")
    {
        Style = ApiStyle.ConsoleV1,
        Note = "One node.",
    };

    private static readonly EndpointDescription Report = Common with
    {
        Method = "POST",
        Path = $"{Path}/report",
        Summary = "A member tells another that it is there.",
        IsForOperators = true,
        RequestExample = """{"ip":"10.0.0.2","port":8848}""",
        Errors = [new ErrorDescription(200, ResultCode.ServerError, "code 400: the body is no member"), new ErrorDescription(501, ResultCode.ServerError, OneNode)],
        State = EndpointState.NotImplemented,
        Note = OneNode,
    };

    private static readonly EndpointDescription Leave = Common with
    {
        Method = "POST",
        Path = $"{Path}/server/leave",
        Summary = "Members leave; refused always, as in Nacos.",
        IsForOperators = true,
        RequestExample = """["10.0.0.2:8848"]""",
        Success = SuccessDescription.Json("""{"code":405,"message":"/v1/core/cluster/server/leave API not allow to use temporarily.","data":null}"""),
        Note = "",
    };

    private static readonly EndpointDescription Lookup = Common with
    {
        Method = "POST",
        Path = $"{Path}/switch/lookup",
        Summary = "Where members are looked up.",
        IsForOperators = true,
        Parameters = [ParameterDescription.Required("type", ParameterType.Text, "`file` or `address-server`.")],
        Errors = [new ErrorDescription(501, ResultCode.ServerError, OneNode)],
        State = EndpointState.NotImplemented,
        Note = OneNode,
    };

    public void Map(ApiRoutes api)
    {
        api.Map(
            Common with { Path = $"{Path}/self", Summary = "This node.", Success = Example(MemberJson.Example) },
            call => call.RestResultAsync(JsonText.Of(json => member.Write(json, NodeAddress.Of(call.Context)))));
        api.Map(
            Common with
            {
                Path = $"{Path}/nodes",
                Summary = "The members.",
                Parameters = [ParameterDescription.Optional("keyword", ParameterType.Text, null, "Their addresses begin with it.")],
                Success = Example($"[{MemberJson.Example}]"),
            },
            call =>
            {
                IPEndPoint address = NodeAddress.Of(call.Context);
                return call.RestResultAsync(member.EncodeList(address, address.ToString().StartsWith(call.Parameters.Find("keyword") ?? "", StringComparison.Ordinal)));
            });
        api.Map(
            Common with { Path = $"{Path}/simple/nodes", Summary = "Addresses of the members.", Success = Example("""["10.0.0.1:8848"]""") },
            call => call.RestResultAsync(JsonText.ArrayOf([NodeAddress.Of(call.Context).ToString()])));
        api.Map(
            Common with { Path = $"{Path}/health", Summary = "This node's state as a member.", Success = Example("\"UP\""), Note = "" },
            call => call.RestResultAsync(JsonText.Of(json => json.WriteStringValue(member.State))));
        api.Map(Report, ReportAsync);
        api.Map(Leave, static call => call.RestResultAsync(405, $"{Path}/server/leave API not allow to use temporarily."));
        api.Map(Lookup, static call =>
        {
            string type = call.Parameters.Require("type");
            return type is "file" or "address-server" ? throw HttpError.NotSupported(OneNode) : call.RestResultAsync(500, $"no lookup type {HttpError.Quote(type)}; there are file and address-server");
        });
    }

    private static SuccessDescription Example(string data) => SuccessDescription.Json($$"""{"code":200,"message":null,"data":{{data}}}""");

    /// <summary>Whether a JSON value names a member.</summary>
    public static bool IsMember(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
        && value.TryGetProperty("ip", out JsonElement ip)
        && ip.ValueKind == JsonValueKind.String
        && value.TryGetProperty("port", out JsonElement port)
        && port.ValueKind == JsonValueKind.Number;

    private static async Task ReportAsync(ApiCall call)
    {
        JsonElement? body = await JsonBody.ReadAsync(call).ConfigureAwait(false);
        if (body is { } reported && IsMember(reported))
        {
            throw HttpError.NotSupported(OneNode);
        }

        await call.RestResultAsync(400, "Node information is illegal").ConfigureAwait(false);
    }
}

/// <summary><c>/v2/core/cluster</c>: the members of the cluster, which is this node.</summary>
internal sealed class MemberV2Endpoints(MemberJson member)
{
    private const string Path = "/v2/core/cluster";

    private static readonly EndpointDescription Common = new("GET", Path, "")
    {
        Style = ApiStyle.V2,
        MissingText = MissingParameterText.RequiredIsMissing,
        Note = "One node.",
    };

    private static readonly EndpointDescription List = Common with
    {
        Path = $"{Path}/node/list",
        Summary = "The members.",
        Parameters =
        [
            ParameterDescription.Optional("address", ParameterType.Text, null, "Their addresses begin with it."),
            ParameterDescription.Optional("state", ParameterType.Text, null, $"Their state: {string.Join(", ", MemberJson.States)}, in any case."),
        ],
        Success = Example($"[{MemberJson.Example}]"),
        Errors = [new ErrorDescription(400, ResultCode.IllegalState, "there is no such state")],
    };

    private static readonly EndpointDescription Replace = Common with
    {
        Method = "PUT",
        Path = $"{Path}/node/list",
        Summary = "Members tell who they are.",
        IsForOperators = true,
        RequestExample = """[{"ip":"10.0.0.2","port":8848}]""",
        Errors =
        [
            new ErrorDescription(400, ResultCode.ParameterMissing, "the body is no array of members, or an empty one"),
            new ErrorDescription(501, ResultCode.ServerError, MemberV1Endpoints.OneNode),
        ],
        State = EndpointState.NotImplemented,
        Note = MemberV1Endpoints.OneNode,
    };

    private static readonly EndpointDescription Lookup = Common with
    {
        Method = "PUT",
        Path = $"{Path}/lookup",
        Summary = "Where members are looked up.",
        IsForOperators = true,
        Parameters = [ParameterDescription.Required("type", ParameterType.Text, "`file` or `address-server`.")],
        Errors =
        [
            new ErrorDescription(400, ResultCode.ParameterMissing, "type is missing"),
            new ErrorDescription(400, ResultCode.ParameterValidateError, "there is no such type"),
            new ErrorDescription(501, ResultCode.ServerError, MemberV1Endpoints.OneNode),
        ],
        State = EndpointState.NotImplemented,
        Note = MemberV1Endpoints.OneNode,
    };

    private static readonly EndpointDescription Leave = Common with
    {
        Method = "DELETE",
        Path = $"{Path}/nodes",
        Summary = "Members leave; refused always, as in Nacos.",
        IsForOperators = true,
        Parameters = [ParameterDescription.Optional("addresses", ParameterType.Text, null, "Taken and ignored.")],
        Success = SuccessDescription.Json("""{"code":405,"message":"DELETE /v2/core/cluster/nodes API not allow to use temporarily.","data":null}"""),
        Note = "",
    };

    public void Map(ApiRoutes api)
    {
        api.Map(
            Common with { Path = $"{Path}/node/self", Summary = "This node.", Success = Example(MemberJson.Example) },
            call => call.ResultAsync(JsonText.Of(json => member.Write(json, NodeAddress.Of(call.Context)))));
        api.Map(
            Common with { Path = $"{Path}/node/self/health", Summary = "This node's state as a member.", Success = Example("\"UP\""), Note = "" },
            call => call.ResultAsync(JsonText.Of(json => json.WriteStringValue(member.State))));
        api.Map(List, ListAsync);
        api.Map(Replace, ReplaceAsync);
        api.Map(Lookup, static call => throw (call.Parameters.Require("type") is "file" or "address-server"
            ? HttpError.NotSupported(MemberV1Endpoints.OneNode)
            : HttpError.IllegalParameter("type", "must be file or address-server")));
        api.Map(Leave, static call => call.RestResultAsync(405, "DELETE /v2/core/cluster/nodes API not allow to use temporarily."));
    }

    private static SuccessDescription Example(string data) => SuccessDescription.Json($$"""{"code":0,"message":"success","data":{{data}}}""");

    private static async Task ReplaceAsync(ApiCall call)
    {
        JsonElement? body = await JsonBody.ReadAsync(call).ConfigureAwait(false);
        throw body is { ValueKind: JsonValueKind.Array } nodes && nodes.EnumerateArray().Any(MemberV1Endpoints.IsMember)
            ? HttpError.NotSupported(MemberV1Endpoints.OneNode)
            : HttpError.Missing("nodes", "List", MissingParameterText.RequiredIsMissing);
    }

    private Task ListAsync(ApiCall call)
    {
        string? state = call.Parameters.Find("state");
        if (state is not null && !MemberJson.States.Contains(state, StringComparer.OrdinalIgnoreCase))
        {
            throw HttpError.Illegal($"Illegal state: {HttpError.Quote(state)}", ResultCode.IllegalState);
        }

        IPEndPoint address = NodeAddress.Of(call.Context);
        bool isWanted = address.ToString().StartsWith(call.Parameters.Find("address") ?? "", StringComparison.Ordinal)
            && (state is null || state.Equals(member.State, StringComparison.OrdinalIgnoreCase));
        return call.ResultAsync(member.EncodeList(address, isWanted));
    }
}

/// <summary>Writes this node as a member of a cluster. It does not claim the abilities that the node lacks: raft and gRPC.</summary>
internal sealed class MemberJson(NodeStatus status, TimeProvider timeProvider)
{
    public const string Example =
        """{"ip":"10.0.0.1","port":8848,"state":"UP","extendInfo":{"lastRefreshTime":1700000000000,"readyToUpgrade":true,"supportGrayModel":false,"version":"0.1.0"},"address":"10.0.0.1:8848","abilities":{"remoteAbility":{"supportRemoteConnection":false,"grpcReportEnabled":false},"configAbility":{"supportRemoteMetrics":false},"namingAbility":{"supportJraft":false}},"grpcReportEnabled":false,"failAccessCnt":0}""";

    /// <summary>States a member can have.</summary>
    public static IReadOnlyList<string> States { get; } = ["STARTING", "UP", "SUSPICIOUS", "DOWN", "ISOLATION"];

    /// <summary>This node's state as a member: a node that refuses only some requests is up.</summary>
    public string State => status.Current switch
    {
        ServerStatus.Starting => "STARTING",
        ServerStatus.Down or ServerStatus.Paused => "DOWN",
        _ => "UP",
    };

    /// <summary>This node.</summary>
    public void Write(Utf8JsonWriter json, IPEndPoint address)
    {
        json.WriteStartObject();
        json.WriteString("ip", address.Address.ToString());
        json.WriteNumber("port", address.Port);
        json.WriteString("state", State);
        json.WriteStartObject("extendInfo");
        json.WriteNumber("lastRefreshTime", timeProvider.GetUtcNow().ToUnixTimeMilliseconds());
        json.WriteBoolean("readyToUpgrade", true);
        json.WriteBoolean("supportGrayModel", false);
        json.WriteString("version", ProductVersion.Text);
        json.WriteEndObject();
        json.WriteString("address", address.ToString());
        json.WriteStartObject("abilities");
        WriteAbility(json, "remoteAbility", "supportRemoteConnection", "grpcReportEnabled");
        WriteAbility(json, "configAbility", "supportRemoteMetrics");
        WriteAbility(json, "namingAbility", "supportJraft");
        json.WriteEndObject();
        json.WriteBoolean("grpcReportEnabled", false);
        json.WriteNumber("failAccessCnt", 0);
        json.WriteEndObject();
    }

    /// <summary>A list of this node, or of nobody.</summary>
    public byte[] EncodeList(IPEndPoint address, bool isWanted) => JsonText.Of(json =>
    {
        json.WriteStartArray();
        if (isWanted)
        {
            Write(json, address);
        }

        json.WriteEndArray();
    });

    private static void WriteAbility(Utf8JsonWriter json, string name, params ReadOnlySpan<string> flags)
    {
        json.WriteStartObject(name);
        foreach (string flag in flags)
        {
            json.WriteBoolean(flag, false);
        }

        json.WriteEndObject();
    }
}
