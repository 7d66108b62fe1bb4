using System.Net;
using FastRegistry.Server.Nacos.Services;
using FastRegistry.Server.Tests.Http;

namespace FastRegistry.Server.Tests.Nacos.Services;

public sealed class ClusterTests(SharedNode node) : IClassFixture<SharedNode>
{
    private const string Rest = "checkPort=8081&useInstancePort4Check=false";

    [Theory]
    [InlineData("""{"type":"NONE"}""", """{"type":"NONE"}""")]
    [InlineData("""{"type":"odd"}""", """{"type":"NONE"}""")]
    [InlineData("""{}""", """{"type":"NONE"}""")]
    [InlineData("""{"type":"TCP","other":[1]}""", """{"type":"TCP"}""")]
    [InlineData("""{"type":"HTTP","path":"/h","headers":"A:1|B:2","expectedResponseCode":204}""", """{"type":"HTTP","path":"/h","headers":"A:1|B:2","expectedResponseCode":204}""")]
    [InlineData("""{"type":"HTTP"}""", """{"type":"HTTP","path":"","headers":"","expectedResponseCode":200}""")]
    [InlineData("""{"type":"MYSQL","user":"u","pwd":"secret","cmd":"select 1"}""", """{"type":"MYSQL","user":"u","pwd":null,"cmd":"select 1"}""")]
    public async Task What_is_set_for_a_cluster_is_shown_without_its_password(string checker, string shown)
    {
        await node.CallAsync("POST /v1/ns/instance?serviceName=checked&ip=1.1.1.1&port=1&clusterName=east");
        await node.AnswersAsync(
            $"PUT /v1/ns/cluster?serviceName=checked&clusterName=east&{Rest}&metadata=k=v&healthChecker={Uri.EscapeDataString(checker)}", "ok");
        await node.AnswersAsync(
            "GET /v1/ns/catalog/service?serviceName=checked",
            $$$"""{"service":{"name":"checked","groupName":"DEFAULT_GROUP","protectThreshold":0.0,"selector":{"type":"none","contextType":"NONE"},"metadata":{}},"clusters":[{"serviceName":"DEFAULT_GROUP@@checked","name":"east","healthChecker":{{{shown}}},"defaultPort":80,"defaultCheckPort":8081,"useIPPort4Check":false,"metadata":{"k":"v"}}]}""");
    }

    [Theory]
    [InlineData($"clusterName=c&{Rest}&healthChecker=%7B%7D", "Param 'serviceName' is required.")]
    [InlineData($"serviceName=none&{Rest}&healthChecker=%7B%7D", "Param 'clusterName' is required.")]
    [InlineData("serviceName=none&clusterName=c&useInstancePort4Check=true&healthChecker=%7B%7D", "Param 'checkPort' is required.")]
    [InlineData("serviceName=none&clusterName=c&checkPort=1&healthChecker=%7B%7D", "Param 'useInstancePort4Check' is required.")]
    [InlineData($"serviceName=none&clusterName=c&{Rest}", "Param 'healthChecker' is required.")]
    [InlineData($"serviceName=none&clusterName=c&{Rest}&healthChecker=%7B%7D", "service not found:DEFAULT_GROUP@@none")]
    [InlineData($"serviceName=none&clusterName=c&{Rest}&healthChecker=TCP", "Param 'healthChecker' is illegal, it must be a JSON object such as {\"type\":\"TCP\"}.")]
    [InlineData($"serviceName=none&clusterName=c&{Rest}&healthChecker=%7B%22type%22:7%7D", "Param 'healthChecker' is illegal, it must have a text of at most 1024 characters as 'type'.")]
    [InlineData("serviceName=none&clusterName=c&checkPort=x&useInstancePort4Check=true&healthChecker=%7B%7D", "Param 'port' is illegal, the value should be between 0 and 65535.\r\n")]
    [InlineData($"serviceName=none&clusterName=a.b&{Rest}&healthChecker=%7B%7D", "Param 'cluster' is illegal, illegal characters should not appear in the param.\r\n")]
    public async Task A_wrong_call_is_400_and_named(string query, string text) => await node.AnswersAsync($"PUT /v1/ns/cluster?{query}", text, HttpStatusCode.BadRequest);

    [Fact]
    public async Task Settings_are_bounded_per_service()
    {
        await node.CallAsync("POST /v1/ns/service?serviceName=many");
        for (int i = 0; i < ClusterEndpoints.MaximumClusters; i++)
        {
            await node.AnswersAsync($"PUT /v1/ns/cluster?serviceName=many&clusterName=c{i}&{Rest}&healthChecker=%7B%7D", "ok");
        }

        await node.AnswersAsync($"PUT /v1/ns/cluster?serviceName=many&clusterName=c0&{Rest}&healthChecker=%7B%7D", "ok");
        await node.AnswersAsync(
            $"PUT /v1/ns/cluster?serviceName=many&clusterName=one-more&{Rest}&healthChecker=%7B%7D",
            "Param 'clusterName' is illegal, it must not be one more than the 256 clusters of a service that can have settings.",
            HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("PUT /v1/ns/health?", "Param 'serviceName' is required.")]
    [InlineData("PUT /v1/ns/health?serviceName=h&ip=1&port=1", "Param 'healthy' is required.")]
    [InlineData("PUT /v1/ns/health/instance?serviceName=h&healthy=true&port=1", "Param 'ip' is required.")]
    [InlineData("PUT /v1/ns/health?serviceName=h&ip=1&port=1&valid=true", "health check is still working, service: DEFAULT_GROUP@@h, cluster: DEFAULT")]
    public async Task Health_is_judged_as_in_Nacos(string call, string text) => await node.AnswersAsync(call, text, HttpStatusCode.BadRequest);

    [Fact]
    public async Task Health_that_could_be_set_is_501()
    {
        await node.CallAsync("POST /v1/ns/service?serviceName=by-hand");
        await node.AnswersAsync($"PUT /v1/ns/cluster?serviceName=by-hand&clusterName=c&{Rest}&healthChecker=%7B%22type%22:%22NONE%22%7D", "ok");
        const string Text = "persistent instances are not in this version, and the health of ephemeral ones follows their client";
        await node.AnswersAsync("PUT /v1/ns/health?serviceName=by-hand&clusterName=c&ip=1&port=1&healthy=true", Text, HttpStatusCode.NotImplemented);
        await node.AnswersAsync(
            "PUT /v2/ns/health/instance?serviceName=by-hand&clusterName=c&ip=1&port=1&healthy=true", SharedNode.Failure(30000, "server error", Text), HttpStatusCode.NotImplemented);
        await node.AnswersAsync(
            "PUT /v2/ns/health?serviceName=by-hand&ip=1&port=1&healthy=true",
            SharedNode.Failure(30000, "server error", "health check is still working, service: DEFAULT_GROUP@@by-hand, cluster: DEFAULT"),
            HttpStatusCode.BadRequest);
        await node.AnswersAsync(
            "PUT /v2/ns/health?serviceName=by-hand&ip=1&port=1",
            SharedNode.Failure(10000, "parameter missing", "Required parameter 'healthy' type Boolean is not present"),
            HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_server_says_hello_and_which_checkers_there_are()
    {
        (_, string text) = await node.CallAsync("GET /v1/ns/health/server");
        Assert.Matches($$"""^\{"msg":"Hello! I am Nacos-Naming and healthy! total services: [0-9]+, local port:{{node.Http.Host.HttpAddress.Port}}"\}$""", text);
        await node.AnswersAsync(
            "GET /v1/ns/health/checkers",
            """{"TCP":{"type":"TCP"},"HTTP":{"type":"HTTP","path":"","headers":"","expectedResponseCode":200},"MYSQL":{"type":"MYSQL","user":null,"pwd":null,"cmd":null},"NONE":{"type":"NONE"}}""");
    }
}
