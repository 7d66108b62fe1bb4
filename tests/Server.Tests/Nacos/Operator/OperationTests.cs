using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Tests;

namespace FastRegistry.Server.Tests.Nacos.Operator;

public sealed partial class OperationTests : IAsyncLifetime
{
    private const string Defaults =
        """{"masters":null,"adWeightMap":{},"defaultPushCacheMillis":10000,"clientBeatInterval":5000,"defaultCacheMillis":3000,"distroThreshold":0.7,"healthCheckEnabled":true,"autoChangeHealthCheckEnabled":true,"distroEnabled":true,"enableStandalone":true,"pushEnabled":true,"checkTimes":3,"httpHealthParams":{"max":5000,"min":500,"factor":0.85},"tcpHealthParams":{"max":5000,"min":1000,"factor":0.75},"mysqlHealthParams":{"max":3000,"min":2000,"factor":0.65},"incrementalList":[],"serverStatusSynchronizationPeriodMillis":2000,"serviceStatusSynchronizationPeriodMillis":5000,"disableAddIP":false,"sendBeatOnly":false,"lightBeatEnabled":true,"limitedUrlMap":{},"distroServerExpiredMillis":10000,"pushGoVersion":"0.1.0","pushJavaVersion":"0.1.0","pushPythonVersion":"0.4.3","pushCVersion":"1.0.12","pushCSharpVersion":"0.9.0","enableAuthentication":false,"overriddenServerStatus":null,"defaultInstanceEphemeral":true,"healthCheckWhiteList":[],"name":"00-00---000-NACOS_SWITCH_DOMAIN-000---00-00","checksum":null}""";

    private readonly SharedNode _node = new();

    public ValueTask InitializeAsync() => _node.InitializeAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task All_switches_are_shown_under_both_paths_and_versions()
    {
        await _node.AnswersAsync("GET /v1/ns/operator/switches", Defaults);
        await _node.AnswersAsync("GET /v1/ns/ops/switches", Defaults);
        await _node.AnswersAsync("GET /v2/ns/operator/switches", $$"""{"code":0,"message":"success","data":{{Defaults}}}""");
    }

    [Fact]
    public async Task A_switch_that_is_set_counts_and_is_shown()
    {
        await _node.AnswersAsync("PUT /v1/ns/operator/switches?entry=pushCacheMillis&value=20000&debug=true", "ok");
        await _node.AnswersAsync("PUT /v2/ns/ops/switches?entry=limitedUrlMap&value=/nacos/v1/ns/service:403,/nacos/v1/ns/operator:403", """{"code":0,"message":"success","data":"ok"}""");
        Assert.Equal(20_000, _node.Node.Switches.Current.DefaultPushCacheMilliseconds);
        await _node.AnswersAsync(
            "GET /v2/ns/operator/switches",
            $$"""{"code":0,"message":"success","data":{{Defaults.Replace("10000,\"clientBeat", "20000,\"clientBeat", StringComparison.Ordinal).Replace("\"limitedUrlMap\":{}", "\"limitedUrlMap\":{\"/nacos/v1/ns/service\":403,\"/nacos/v1/ns/operator\":403}", StringComparison.Ordinal)}}}""");
        await _node.AnswersAsync("GET /v1/ns/service/names", "", HttpStatusCode.Forbidden);

        // What lifts the limit is not limited itself; an empty value clears a map.
        await _node.AnswersAsync("PUT /v1/ns/operator/switches?entry=limitedUrlMap&value=", "ok");
        await _node.AnswersAsync("GET /v1/ns/operator/switches", Defaults.Replace("10000,\"clientBeat", "20000,\"clientBeat", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", 400, "Parameter 'entry' is missing")]
    [InlineData("entry=pushEnabled", 400, "Parameter 'value' is missing")]
    [InlineData("entry=pushEnabled&value=maybe", 400, "pushEnabled must be true or false")]
    [InlineData("entry=pushCacheMillis&value=9999", 400, "pushCacheMillis must be a whole number from 10000 to 86400000")]
    [InlineData("entry=masters&value=a", 501, "switch masters has nothing to switch in this version")]
    public async Task A_switch_that_cannot_be_set_is_named_with_its_rule(string query, int status, string text)
    {
        await _node.AnswersAsync($"PUT /v1/ns/operator/switches?{query}", text, (HttpStatusCode)status);
        (HttpStatusCode v2Status, string v2Text) = await _node.CallAsync($"PUT /v2/ns/operator/switches?{query}");
        Assert.Equal((HttpStatusCode)status, v2Status);
        Assert.Equal(query.Contains("value", StringComparison.Ordinal) ? 30_000 : 10_000, JsonDocument.Parse(v2Text).RootElement.GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task An_unknown_switch_is_told_which_there_are()
    {
        (HttpStatusCode status, string text) = await _node.CallAsync("PUT /v1/ns/operator/switches?entry=odd&value=1");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith("odd is no switch; there are pushEnabled, ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UP")]
    [InlineData("DOWN")]
    [InlineData("READ_ONLY")]
    public async Task The_status_is_told_whatever_it_is(string status)
    {
        _node.Node.Switch("overriddenServerStatus", status);
        await _node.AnswersAsync("GET /v1/ns/operator/metrics", $$"""{"status":"{{status}}"}""");
        await _node.AnswersAsync("GET /v1/ns/ops/metrics?onlyStatus=TRUE", $$"""{"status":"{{status}}"}""");
        await _node.AnswersAsync("GET /v2/ns/operator/metrics", $$$"""{"code":0,"message":"success","data":{"status":"{{{status}}}"}}""");
    }

    [Fact]
    public async Task Figures_are_told_when_they_are_asked_for()
    {
        await _node.CallAsync("POST /v1/ns/instance?serviceName=s&ip=1.1.1.1&port=1");
        using RawSocket native = await RawSocket.SetUpAsync(_node.Node.ClientEndPoint!, "127.0.0.2");
        const string Counts = "\"status\":\"UP\",\"serviceCount\":1,\"instanceCount\":1,\"subscribeCount\":0,";
        const string Rest = "\"clientCount\":2,\"connectionBasedClientCount\":1,\"ephemeralIpPortClientCount\":1,\"persistentIpPortClientCount\":0,\"responsibleClientCount\":2,\"cpu\":N,\"load\":N,\"mem\":N}";
        (_, string v1) = await _node.CallAsync("GET /v1/ns/operator/metrics?onlyStatus=false");
        Assert.Equal($"{{{Counts}\"responsibleInstanceCount\":1,{Rest}", Shares().Replace(v1, "\"$1\":N"));
        (_, string v2) = await _node.CallAsync("GET /v2/ns/operator/metrics?onlyStatus=no");
        Assert.Equal($"{{\"code\":0,\"message\":\"success\",\"data\":{{{Counts}{Rest}}}", Shares().Replace(v2, "\"$1\":N"));
    }

    [Fact]
    public async Task Pushes_are_counted_and_counted_anew()
    {
        await _node.AnswersAsync("GET /v1/ns/operator/push/state", """{"succeed":0,"total":0,"ratio":0,"reset":false}""");
        using RawSocket native = await RawSocket.SetUpAsync(_node.Node.ClientEndPoint!, "127.0.0.2");
        await native.CallAsync(Wire.Framing.MessageType.Subscribe, 2, new Wire.Messages.SubscribeRequest { Subscriptions = { NamingClient.NewSubscription(9, "s") } });

        // The first list is a push as well.
        await native.ReadAsync();
        await _node.CallAsync("POST /v1/ns/instance?serviceName=s&ip=1.1.1.1&port=1");
        await native.ReadAsync();
        await Eventually.TrueAsync(() => _node.Node.Push.Workers.Sum(static worker => worker.Pushes) == 2, "the first list and the push are counted");
        await _node.AnswersAsync(
            "GET /v1/ns/ops/push/state?detail=true&reset=true", """{"succeed":2,"total":2,"ratio":1.0,"detail":{"avgPushCost":-1,"maxPushCost":-1},"reset":true}""");
        await _node.AnswersAsync("GET /v1/ns/operator/push/state", """{"succeed":0,"total":0,"ratio":0,"reset":false}""");
    }

    [Fact]
    public async Task One_node_is_responsible_for_everybody()
    {
        await _node.AnswersAsync("GET /v1/ns/operator/distro/client?ip=1.1.1.1&port=80", $$"""{"responsibleServer":"{{_node.Http.Host.HttpAddress.Authority}}"}""");
        await _node.AnswersAsync("GET /v1/ns/operator/distro/client?port=80", "Parameter 'ip' is missing", HttpStatusCode.BadRequest);
        await _node.AnswersAsync("GET /v1/ns/operator/distro/client?ip=1&port=x", "For input string: \"x\"", HttpStatusCode.BadRequest);
    }

    [GeneratedRegex("\"(cpu|load|mem)\":[0-9]+\\.[0-9]+")]
    private static partial Regex Shares();
}
