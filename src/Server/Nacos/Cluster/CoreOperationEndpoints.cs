using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Cluster;

/// <summary><c>…/core/ops</c>: raft, which this version does not have, and id generators, which the members do not share.</summary>
internal static class CoreOperationEndpoints
{
    private const string NoRaft = "this version has no raft group";

    private static readonly EndpointDescription Raft = new("POST", "/v1/core/ops/raft", "Operations on raft groups.")
    {
        OtherPaths = ["/v2/core/ops/raft"],
        Style = ApiStyle.ConsoleV1,
        IsForOperators = true,
        RequestExample = """{"groupId":"naming_persistent_service_v2","command":"doSnapshot","value":""}""",
        Errors = [new ErrorDescription(501, ResultCode.ServerError, NoRaft)],
    };

    public static void Map(ApiRoutes api)
    {
        api.MapNotImplemented(Raft, NoRaft);
        api.Map(
            new EndpointDescription("GET", "/v1/core/ops/idInfo", "Generators of ids that members share.")
            {
                Style = ApiStyle.ConsoleV1,
                Success = SuccessDescription.Json("""{"code":200,"message":null,"data":{}}"""),
                Note = "There are none: empty.",
            },
            static call => call.RestResultAsync("{}"u8));
        api.Map(
            new EndpointDescription("GET", "/v2/core/ops/ids", "Generators of ids that members share.")
            {
                Style = ApiStyle.ConsoleV1,
                Success = SuccessDescription.Json("""{"code":200,"message":null,"data":[]}"""),
                Note = "There are none: empty.",
            },
            static call => call.RestResultAsync("[]"u8));
    }
}
