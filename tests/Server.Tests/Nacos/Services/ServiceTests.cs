using System.Net;
using FastRegistry.Server.Tests.Http;

namespace FastRegistry.Server.Tests.Nacos.Services;

public sealed class ServiceTests(SharedNode node) : IClassFixture<SharedNode>
{
    private const string NoSelector = """{"type":"none","contextType":"NONE"}""";
    private const string OkResult = """{"code":0,"message":"success","data":"ok"}""";

    [Fact]
    public async Task A_service_of_v1_is_made_shown_changed_and_deleted()
    {
        await node.AnswersAsync("POST /v1/ns/service?serviceName=life&protectThreshold=0.3&metadata=a=1", "ok");
        await node.AnswersAsync(
            "GET /v1/ns/service?serviceName=life",
            $$"""{"namespaceId":"public","groupName":"DEFAULT_GROUP","name":"life","protectThreshold":0.3,"metadata":{"a":"1"},"selector":{{NoSelector}},"clusters":[]}""");
        string selector = Uri.EscapeDataString(Uri.EscapeDataString("""{"type":"label","expression":"CONSUMER.label.A = PROVIDER.label.A & CONSUMER.label.B=PROVIDER.label.B"}"""));
        await node.AnswersAsync($"PUT /v1/ns/service?serviceName=DEFAULT_GROUP@@life&protectThreshold=1&selector={selector}", "ok");
        await node.AnswersAsync(
            "GET /v1/ns/service?serviceName=life",
            """{"namespaceId":"public","groupName":"DEFAULT_GROUP","name":"life","protectThreshold":1.0,"metadata":{},"selector":{"type":"label","expression":"CONSUMER.label.A = PROVIDER.label.A & CONSUMER.label.B=PROVIDER.label.B","labels":["A","B"],"contextType":"CMDB"},"clusters":[]}""");
        await node.AnswersAsync("DELETE /v1/ns/service?serviceName=life", "ok");
        await node.AnswersAsync("DELETE /v1/ns/service?serviceName=life", "service DEFAULT_GROUP@@life not found!", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_service_of_v2_shows_its_kind_and_its_clusters()
    {
        await node.AnswersAsync("POST /v2/ns/service?serviceName=two&groupName=g&namespaceId=n&ephemeral=true&protectThreshold=0.5", OkResult);
        await node.AnswersAsync("POST /v1/ns/instance?serviceName=g@@two&namespaceId=n&ip=1.1.1.1&port=1&clusterName=east", "ok");
        await node.AnswersAsync(
            "GET /v2/ns/service?serviceName=two&groupName=g&namespaceId=n",
            $$$"""{"code":0,"message":"success","data":{"namespace":"n","serviceName":"two","groupName":"g","clusterMap":{"east":{"clusterName":"east","healthChecker":{"type":"TCP"},"metadata":{},"hosts":null}},"metadata":{},"protectThreshold":0.5,"selector":{{{NoSelector}}},"ephemeral":true}}""");
        await node.AnswersAsync(
            "DELETE /v2/ns/service?serviceName=two&groupName=g&namespaceId=n",
            SharedNode.Failure(21009, "service delete failure", "Service g@@two is not empty, can't be delete. Please unregister instance first"),
            HttpStatusCode.BadRequest);
        await node.AnswersAsync("PUT /v2/ns/service?serviceName=two&groupName=g&namespaceId=n&ephemeral=false", OkResult);
        Assert.Contains("\"protectThreshold\":0.0", (await node.CallAsync("GET /v2/ns/service?serviceName=two&groupName=g&namespaceId=n")).Text, StringComparison.Ordinal);
        Assert.EndsWith("\"ephemeral\":true}}", (await node.CallAsync("GET /v2/ns/service?serviceName=g@@two&namespaceId=n")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_use_fixes_the_kind()
    {
        await node.AnswersAsync("POST /v1/ns/service?serviceName=kind", "ok");
        (HttpStatusCode status, string text) = await node.CallAsync("POST /v1/ns/instance?serviceName=kind&ip=1.1.1.1&port=1");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("errCode: 400, errMsg: Current service DEFAULT_GROUP@@kind is persistent service, can't register ephemeral instance. ", text);
        await node.AnswersAsync("POST /v1/ns/service?serviceName=kind", "specified service DEFAULT_GROUP@@kind already exists!", HttpStatusCode.BadRequest);
        await node.AnswersAsync(
            "POST /v2/ns/service?serviceName=kind",
            SharedNode.Failure(21007, "service already exist", "specified service DEFAULT_GROUP@@kind already exists!"),
            HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("POST /v1/ns/service", "Parameter 'serviceName' is missing")]
    [InlineData("DELETE /v1/ns/service", "Parameter 'serviceName' is missing")]
    [InlineData("GET /v1/ns/service", "Parameter 'serviceName' is missing")]
    [InlineData("PUT /v1/ns/service", "Param 'serviceName' is required.")]
    [InlineData("PUT /v1/ns/service?serviceName=none", "Param 'protectThreshold' is required.")]
    [InlineData("PUT /v1/ns/service?serviceName=none&protectThreshold=1", "service DEFAULT_GROUP@@none not found!")]
    [InlineData("GET /v1/ns/service?serviceName=none", "service not found, namespace: public, serviceName: DEFAULT_GROUP@@none")]
    [InlineData("POST /v1/ns/service?serviceName=bad&protectThreshold=half", "For input string: \"half\"")]
    [InlineData("POST /v1/ns/service?serviceName=bad&protectThreshold=NaN", "Param 'protectThreshold' is illegal, it must be a finite number.")]
    [InlineData("POST /v1/ns/service?serviceName=bad&metadata=x", "metadata format incorrect:x")]
    [InlineData("POST /v1/ns/service?serviceName=bad&selector=%7B%7D", "not match any type of selector!")]
    [InlineData("POST /v1/ns/service?serviceName=bad&selector=%7B%22type%22:%22odd%22%7D", "not match any type of selector!")]
    [InlineData("POST /v1/ns/service?serviceName=bad&selector=label", "Selector parses failed: it is no JSON object")]
    [InlineData("POST /v1/ns/service?serviceName=bad&selector=%7B%22type%22:%22%5Cud800%22%7D", "Selector parses failed: it is no JSON object")]
    [InlineData("POST /v1/ns/service?serviceName=a%20b", "Param 'serviceName' is illegal, illegal characters should not appear in the param.\r\n")]
    [InlineData("POST /v1/ns/service?serviceName=bad&namespaceId=a.b", "Param 'namespaceId/tenant' is illegal, illegal characters should not appear in the param.\r\n")]
    [InlineData("GET /v1/ns/service/list?pageSize=1", "Param 'pageNo' is required.")]
    [InlineData("GET /v1/ns/service/list?pageNo=1", "Param 'pageSize' is required.")]
    [InlineData("GET /v1/ns/service/list?pageNo=1&pageSize=x", "For input string: \"x\"")]
    [InlineData("GET /v1/ns/service/subscribers", "Param 'serviceName' is required.")]
    public async Task A_wrong_call_of_v1_is_400_in_a_text(string call, string text) => await node.AnswersAsync(call, text, HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("POST /v2/ns/service", 10000, "parameter missing", "Required parameter 'serviceName' type String is not present")]
    [InlineData("PUT /v2/ns/service", 10000, "parameter missing", "Required parameter 'serviceName' type String is not present")]
    [InlineData("GET /v2/ns/service", 10000, "parameter missing", "Required request parameter 'serviceName' for method parameter type String is not present")]
    [InlineData("DELETE /v2/ns/service", 10000, "parameter missing", "Required request parameter 'serviceName' for method parameter type String is not present")]
    [InlineData("POST /v2/ns/service?serviceName=bad&ephemeral=maybe", 20002, "parameter validate error", "Param 'ephemeral' is illegal, it must be true or false, not \"maybe\".")]
    [InlineData("POST /v2/ns/service?serviceName=bad&metadata=x", 21002, "instance metadata error", "metadata format incorrect:x")]
    [InlineData("POST /v2/ns/service?serviceName=bad&selector=%7B%7D", 21006, "selector error", "not match any type of selector!")]
    [InlineData("DELETE /v2/ns/service?serviceName=none", 21008, "service not exist", "service DEFAULT_GROUP@@none not found!")]
    [InlineData("PUT /v2/ns/service?serviceName=none", 21008, "service not exist", "service DEFAULT_GROUP@@none not found!")]
    [InlineData("GET /v2/ns/service?serviceName=none", 21008, "service not exist", "service not found, namespace: public, serviceName: DEFAULT_GROUP@@none")]
    [InlineData("GET /v2/ns/service/list?pageNo=x", 20002, "parameter validate error", "For input string: \"x\"")]
    public async Task A_wrong_call_of_v2_is_400_in_a_result(string call, int code, string message, string data) =>
        await node.AnswersAsync(call, SharedNode.Failure(code, message, data), HttpStatusCode.BadRequest);
}
