using System.Net;
using FastRegistry.Node.Configuration;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Tests;

namespace FastRegistry.Server.Tests.Nacos.Operator;

public sealed class ConsoleTests(SharedNode node) : IClassFixture<SharedNode>
{
    private const string OkResult = """{"code":0,"message":"success","data":"ok"}""";

    [Fact]
    public async Task A_ready_node_says_so()
    {
        await node.AnswersAsync("GET /v1/console/health/liveness", "OK");
        await node.AnswersAsync("GET /v1/console/health/readiness", "OK");
        await node.AnswersAsync("GET /v2/console/health/liveness", OkResult);
        await node.AnswersAsync("GET /v2/console/health/readiness", OkResult);
    }

    [Fact]
    public async Task A_node_that_refuses_something_is_alive_and_not_ready()
    {
        await using HttpNode other = await HttpNode.StartAsync();
        other.Host.Node.Switch("overriddenServerStatus", "DOWN");
        Assert.Equal((HttpStatusCode.OK, "OK"), await other.SendAsync(HttpMethod.Get, "/nacos/v1/console/health/liveness"));
        Assert.Equal((HttpStatusCode.InternalServerError, "naming not in readiness"), await other.SendAsync(HttpMethod.Get, "/nacos/v1/console/health/readiness"));
        Assert.Equal(
            (HttpStatusCode.OK, """{"code":30000,"message":"naming not in readiness","data":null}"""), await other.SendAsync(HttpMethod.Get, "/nacos/v2/console/health/readiness"));
    }

    [Fact]
    public async Task The_state_tells_what_kind_of_server_this_is()
    {
        await node.AnswersAsync(
            "GET /v1/console/server/state",
            $$"""{"version":"{{ProductVersion.Text}}","startup_mode":"standalone","function_mode":"naming","server_port":"{{node.Http.Host.HttpAddress.Port}}","auth_enabled":"false","auth_system_type":null,"login_page_enabled":"false","auth_admin_request":"false","console_ui_enabled":"false"}""");
        await node.AnswersAsync("GET /v1/console/server/guide", """{"code":200,"message":null,"data":null}""");
        await node.AnswersAsync("GET /v1/console/server/announcement?language=zh-CN", """{"code":200,"message":null,"data":null}""");
        await node.AnswersAsync(
            "GET /v1/console/server/announcement?language=../x", "caused: Param 'language' is illegal, it must be a name such as zh-CN.;", HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("/actuator")]
    [InlineData("/actuator/prometheus")]
    [InlineData("/actuator/health/liveness")]
    public async Task There_is_no_actuator(string path) => await node.AnswersAsync(
        $"GET {path}", "there is no actuator: metrics are at /metrics, liveness and readiness at /health/live and /health/ready", HttpStatusCode.NotImplemented);
}
