using System.Net;
using FastRegistry.Server.Tests.Http;

namespace FastRegistry.Server.Tests.Nacos.Services;

public sealed class CatalogTests(SharedNode node) : IClassFixture<SharedNode>
{
    [Fact]
    public async Task Instances_are_shown_whatever_their_state_a_page_at_a_time()
    {
        await node.AnswersAsync("POST /v1/ns/instance?serviceName=shown&ip=1.1.1.2&port=1&healthy=false", "ok");
        await node.AnswersAsync("POST /v1/ns/instance?serviceName=shown&ip=1.1.1.1&port=2&enabled=false&weight=2", "ok");
        string first = Instance("shown", "1.1.1.1", 2, "2.0", healthy: "true", enabled: "false");
        string second = Instance("shown", "1.1.1.2", 1, "1.0", healthy: "false", enabled: "true");
        await node.AnswersAsync("GET /v1/ns/catalog/instances?serviceName=shown&clusterName=DEFAULT&pageNo=1&pageSize=10", $$"""{"list":[{{first}},{{second}}],"count":2}""");
        await node.AnswersAsync("GET /v1/ns/catalog/instances?serviceName=shown&clusterName=DEFAULT&pageNo=2&pageSize=1", $$"""{"list":[{{second}}],"count":2}""");
        await node.AnswersAsync(
            "POST /v2/ns/catalog/instances?serviceName=DEFAULT_GROUP@@shown&pageNo=1&pageSize=10&healthyOnly=true",
            $$$"""{"code":0,"message":"success","data":{"instances":[{{{first}}}],"count":1}}""");
        await node.AnswersAsync(
            "GET /v2/ns/catalog/instances?serviceName=shown&pageNo=1&pageSize=1&enabledOnly=true", $$$"""{"code":0,"message":"success","data":{"instances":[{{{second}}}],"count":1}}""");
        await node.AnswersAsync("GET /v2/ns/catalog/instances?serviceName=shown&pageNo=9&pageSize=1", """{"code":0,"message":"success","data":{"count":2}}""");
        await node.AnswersAsync("GET /v2/ns/catalog/instances?serviceName=none&pageNo=1&pageSize=1", """{"code":0,"message":"success","data":{"count":0}}""");
    }

    [Fact]
    public async Task Services_are_figures_or_their_instances()
    {
        await node.AnswersAsync("POST /v1/ns/instance?serviceName=b&namespaceId=views&ip=1.1.1.1&port=1&healthy=false&metadata=k=v", "ok");
        await node.AnswersAsync("POST /v1/ns/instance?serviceName=b&namespaceId=views&ip=1.1.1.1&port=2", "ok");
        await node.AnswersAsync("PUT /v1/ns/service?serviceName=b&namespaceId=views&protectThreshold=0.5", "ok");
        await node.AnswersAsync("POST /v1/ns/service?serviceName=a&namespaceId=views", "ok");
        const string A = """{"name":"a","groupName":"DEFAULT_GROUP","clusterCount":0,"ipCount":0,"healthyInstanceCount":0,"triggerFlag":"false"}""";
        const string B = """{"name":"b","groupName":"DEFAULT_GROUP","clusterCount":1,"ipCount":2,"healthyInstanceCount":1,"triggerFlag":"true"}""";
        await node.AnswersAsync("GET /v1/ns/catalog/services?namespaceId=views&pageNo=1&pageSize=10", $$"""{"count":2,"serviceList":[{{A}},{{B}}]}""");
        await node.AnswersAsync("GET /v1/ns/catalog/services?namespaceId=views&pageNo=2&pageSize=10", """{"count":2,"serviceList":[]}""");
        await node.AnswersAsync("GET /v1/ns/catalog/services?namespaceId=views&pageNo=1&pageSize=10&hasIpCount=true", $$"""{"count":1,"serviceList":[{{B}}]}""");
        await node.AnswersAsync("GET /v1/ns/catalog/services?namespaceId=views&pageNo=1&pageSize=10&serviceNameParam=%5Ba%5D&groupNameParam=DEF", $$"""{"count":1,"serviceList":[{{A}}]}""");
        (_, string text) = await node.CallAsync("GET /v1/ns/catalog/services?namespaceId=views&pageNo=1&pageSize=10&hasIpCount=true&withInstances=true");
        const string First = """{"valid":false,"metadata":{"k":"v"},"port":1,"ip":"1.1.1.1","weight":1.0,"enabled":true}""";
        const string Second = """{"valid":true,"metadata":{},"port":2,"ip":"1.1.1.1","weight":1.0,"enabled":true}""";
        string Detail(string hosts) =>
            $$$"""[{"namespace":null,"serviceName":"b","groupName":"DEFAULT_GROUP","clusterMap":{"DEFAULT":{"clusterName":null,"healthChecker":null,"metadata":null,"hosts":[{{{hosts}}}]}},"metadata":{},"protectThreshold":0.5,"selector":null,"ephemeral":null}]""";
        Assert.Contains(text, new[] { Detail($"{First},{Second}"), Detail($"{Second},{First}") });
    }

    [Theory]
    [InlineData("GET /v1/ns/catalog/service", 400, "Parameter 'serviceName' is missing")]
    [InlineData("GET /v1/ns/catalog/service?serviceName=none", 404, "service DEFAULT_GROUP@@none is not found!")]
    [InlineData("GET /v1/ns/catalog/instances?serviceName=none&clusterName=c&pageNo=1&pageSize=1", 404, "service DEFAULT_GROUP@@none is not found!")]
    [InlineData("GET /v1/ns/catalog/instances?serviceName=known&pageNo=1&pageSize=1", 400, "Parameter 'clusterName' is missing")]
    [InlineData("GET /v1/ns/catalog/instances?serviceName=known&clusterName=c&pageSize=1", 400, "Parameter 'pageNo' is missing")]
    [InlineData("GET /v1/ns/catalog/instances?serviceName=known&clusterName=c&pageNo=1&pageSize=1", 404, "cluster c is not found!")]
    [InlineData("GET /v1/ns/catalog/services?pageNo=1", 400, "Parameter 'pageSize' is missing")]
    [InlineData("GET /v1/ns/catalog/services?pageNo=1&pageSize=1&namespaceId=a.b", 400, "Param 'namespaceId/tenant' is illegal, illegal characters should not appear in the param.\r\n")]
    [InlineData("GET /v2/ns/catalog/instances?pageNo=1&pageSize=1", 400, "Parameter 'serviceName' is missing")]
    [InlineData("GET /v2/ns/catalog/instances?serviceName=known&pageNo=x&pageSize=1", 400, "For input string: \"x\"")]
    public async Task A_wrong_call_is_a_text_in_both_versions(string call, int status, string text)
    {
        await node.CallAsync("POST /v1/ns/service?serviceName=known");
        await node.AnswersAsync(call, text, (HttpStatusCode)status);
    }

    private static string Instance(string service, string ip, int port, string weight, string healthy, string enabled) =>
        $$"""{"instanceId":"{{ip}}#{{port}}#DEFAULT#DEFAULT_GROUP@@{{service}}","ip":"{{ip}}","port":{{port}},"weight":{{weight}},"healthy":{{healthy}},"enabled":{{enabled}},"ephemeral":true,"clusterName":"DEFAULT","serviceName":"DEFAULT_GROUP@@{{service}}","metadata":{},"instanceHeartBeatInterval":5000,"instanceHeartBeatTimeOut":15000,"ipDeleteTimeout":30000,"instanceIdGenerator":"simple"}""";
}
