using System.Net;
using System.Text.RegularExpressions;
using FastRegistry.Node.Configuration;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Tests;

namespace FastRegistry.Server.Tests.Nacos.Cluster;

public sealed partial class CoreTests(SharedNode node) : IClassFixture<SharedNode>
{
    private const string OneNode = "this version is one node: there is no cluster that a member could join or leave";

    private string Member =>
        $$$"""{"ip":"127.0.0.1","port":{{{node.Http.Host.HttpAddress.Port}}},"state":"UP","extendInfo":{"lastRefreshTime":MS,"readyToUpgrade":true,"supportGrayModel":false,"version":"{{{ProductVersion.Text}}}"},"address":"{{{node.Http.Host.HttpAddress.Authority}}}","abilities":{"remoteAbility":{"supportRemoteConnection":false,"grpcReportEnabled":false},"configAbility":{"supportRemoteMetrics":false},"namingAbility":{"supportJraft":false}},"grpcReportEnabled":false,"failAccessCnt":0}""";

    [Fact]
    public async Task This_node_is_the_only_member()
    {
        string address = node.Http.Host.HttpAddress.Authority;
        await MemberAsync("GET /v1/core/cluster/self", Rest(Member));
        await MemberAsync("GET /v1/core/cluster/nodes", Rest($"[{Member}]"));
        await MemberAsync("GET /v1/core/cluster/nodes?keyword=127.", Rest($"[{Member}]"));
        await MemberAsync("GET /v1/core/cluster/nodes?keyword=10.", Rest("[]"));
        await node.AnswersAsync("GET /v1/core/cluster/simple/nodes", Rest($"[\"{address}\"]"));
        await node.AnswersAsync("GET /v1/core/cluster/health", Rest("\"UP\""));
        await MemberAsync("GET /v2/core/cluster/node/self", Result(Member));
        await MemberAsync("GET /v2/core/cluster/node/list", Result($"[{Member}]"));
        await MemberAsync($"GET /v2/core/cluster/node/list?address={address}&state=up", Result($"[{Member}]"));
        await node.AnswersAsync("GET /v2/core/cluster/node/list?state=DOWN", Result("[]"));
        await node.AnswersAsync("GET /v2/core/cluster/node/list?address=10.", Result("[]"));
        await node.AnswersAsync("GET /v2/core/cluster/node/self/health", Result("\"UP\""));
        await node.AnswersAsync("GET /v2/core/cluster/node/list?state=odd", SharedNode.Failure(23000, "illegal state", "Illegal state: odd"), HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Who_belongs_to_the_cluster_cannot_be_changed()
    {
        const string Other = """{"ip":"10.0.0.2","port":8848}""";
        await node.AnswersJsonAsync("POST /v1/core/cluster/report", Other, $"caused: {OneNode};", HttpStatusCode.NotImplemented);
        await node.AnswersJsonAsync("POST /v1/core/cluster/report", "{}", """{"code":400,"message":"Node information is illegal","data":null}""");
        await node.AnswersJsonAsync("POST /v1/core/cluster/report", "no JSON", """{"code":400,"message":"Node information is illegal","data":null}""");
        await node.AnswersJsonAsync(
            "POST /v1/core/cluster/server/leave", "[]", """{"code":405,"message":"/v1/core/cluster/server/leave API not allow to use temporarily.","data":null}""");
        await node.AnswersAsync("POST /v1/core/cluster/switch/lookup?type=file", $"caused: {OneNode};", HttpStatusCode.NotImplemented);
        await node.AnswersAsync("POST /v1/core/cluster/switch/lookup?type=odd", """{"code":500,"message":"no lookup type odd; there are file and address-server","data":null}""");
        await node.AnswersAsync("POST /v1/core/cluster/switch/lookup", "caused: Param 'type' is required.;", HttpStatusCode.BadRequest);
        string missing = SharedNode.Failure(10000, "parameter missing", "required parameter 'nodes' is missing");
        await node.AnswersJsonAsync("PUT /v2/core/cluster/node/list", $"[{Other}]", SharedNode.Failure(30000, "server error", OneNode), HttpStatusCode.NotImplemented);
        await node.AnswersJsonAsync("PUT /v2/core/cluster/node/list", "[]", missing, HttpStatusCode.BadRequest);
        await node.AnswersJsonAsync("PUT /v2/core/cluster/node/list", "{", missing, HttpStatusCode.BadRequest);
        await node.AnswersAsync("PUT /v2/core/cluster/lookup?type=file", SharedNode.Failure(30000, "server error", OneNode), HttpStatusCode.NotImplemented);
        await node.AnswersAsync("PUT /v2/core/cluster/lookup", SharedNode.Failure(10000, "parameter missing", "required parameter 'type' is missing"), HttpStatusCode.BadRequest);
        await node.AnswersAsync(
            "PUT /v2/core/cluster/lookup?type=odd",
            SharedNode.Failure(20002, "parameter validate error", "Param 'type' is illegal, it must be file or address-server."),
            HttpStatusCode.BadRequest);
        await node.AnswersAsync(
            "DELETE /v2/core/cluster/nodes?addresses=x", """{"code":405,"message":"DELETE /v2/core/cluster/nodes API not allow to use temporarily.","data":null}""");
    }

    [Fact]
    public async Task There_is_no_raft_and_no_shared_id_generator()
    {
        await node.AnswersJsonAsync("POST /v1/core/ops/raft", "{}", "caused: this version has no raft group;", HttpStatusCode.NotImplemented);
        await node.AnswersJsonAsync("POST /v2/core/ops/raft", "{}", "caused: this version has no raft group;", HttpStatusCode.NotImplemented);
        await node.AnswersAsync("GET /v1/core/ops/idInfo", Rest("{}"));
        await node.AnswersAsync("GET /v2/core/ops/ids", Rest("[]"));
    }

    [Fact]
    public async Task The_state_of_the_member_follows_the_status()
    {
        await using HttpNode other = await HttpNode.StartAsync();
        foreach ((string status, string state) in new[] { ("DOWN", "DOWN"), ("PAUSED", "DOWN"), ("STARTING", "STARTING"), ("READ_ONLY", "UP") })
        {
            other.Host.Node.Switch("overriddenServerStatus", status);
            Assert.Equal((HttpStatusCode.OK, Rest($"\"{state}\"")), await other.SendAsync(HttpMethod.Get, "/nacos/v1/core/cluster/health"));
        }
    }

    private static string Rest(string data) => $$"""{"code":200,"message":null,"data":{{data}}}""";

    private static string Result(string data) => $$"""{"code":0,"message":"success","data":{{data}}}""";

    private async Task MemberAsync(string call, string text) =>
        Assert.Equal(text, Milliseconds().Replace((await node.CallAsync(call)).Text, "\"lastRefreshTime\":MS"));

    [GeneratedRegex("\"lastRefreshTime\":[0-9]{13}")]
    private static partial Regex Milliseconds();
}
