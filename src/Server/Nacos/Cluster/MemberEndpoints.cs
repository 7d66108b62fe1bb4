using System.Net;
using System.Text.Json;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Cluster;

/// <summary><c>/v2/core/cluster</c>: the members of the cluster, which is this node.</summary>
internal sealed class ClusterV2Endpoints(MemberJson member)
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
            new ErrorDescription(501, ResultCode.ServerError, ClusterV1Endpoints.OneNode),
        ],
        State = EndpointState.NotImplemented,
        Note = ClusterV1Endpoints.OneNode,
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
            new ErrorDescription(501, ResultCode.ServerError, ClusterV1Endpoints.OneNode),
        ],
        State = EndpointState.NotImplemented,
        Note = ClusterV1Endpoints.OneNode,
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
            ? HttpError.NotSupported(ClusterV1Endpoints.OneNode)
            : HttpError.IllegalParameter("type", "must be file or address-server")));
        api.Map(Leave, static call => call.RestResultAsync(405, "DELETE /v2/core/cluster/nodes API not allow to use temporarily."));
    }

    private static SuccessDescription Example(string data) => SuccessDescription.Json($$"""{"code":0,"message":"success","data":{{data}}}""");

    private static async Task ReplaceAsync(ApiCall call)
    {
        JsonElement? body = await JsonBody.ReadAsync(call).ConfigureAwait(false);
        throw body is { ValueKind: JsonValueKind.Array } nodes && nodes.EnumerateArray().Any(ClusterV1Endpoints.IsMember)
            ? HttpError.NotSupported(ClusterV1Endpoints.OneNode)
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
