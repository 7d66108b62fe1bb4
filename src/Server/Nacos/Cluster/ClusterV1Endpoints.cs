using System.Net;
using System.Text.Json;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Cluster;

/// <summary><c>/v1/core/cluster</c>: the members of the cluster, which is this node.</summary>
internal sealed class ClusterV1Endpoints(MemberJson member)
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
