using System.Net;
using System.Text.Json;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Server.Tests.Nacos.Services;

public sealed class ServiceListTests(SharedNode node) : IClassFixture<SharedNode>
{
    [Fact]
    public async Task Lists_are_pages_of_sorted_names_without_group()
    {
        foreach (string name in new[] { "c", "a", "b" })
        {
            await node.AnswersAsync($"POST /v1/ns/service?serviceName={name}&namespaceId=pages&groupName=g", "ok");
        }

        await node.AnswersAsync("GET /v1/ns/service/list?pageNo=1&pageSize=2&namespaceId=pages&groupName=g", """{"count":3,"doms":["a","b"]}""");
        await node.AnswersAsync("GET /v1/ns/service/list?pageNo=2&pageSize=2&namespaceId=pages&groupName=g&selector=ignored", """{"count":3,"doms":["c"]}""");
        await node.AnswersAsync("GET /v1/ns/service/list?pageNo=3&pageSize=2&namespaceId=pages&groupName=g", """{"count":3,"doms":[]}""");
        await node.AnswersAsync("GET /v1/ns/service/list?pageNo=0&pageSize=9&namespaceId=pages&groupName=g", """{"count":3,"doms":["a","b","c"]}""");
        await node.AnswersAsync("GET /v1/ns/service/list?pageNo=2147483647&pageSize=2147483647&namespaceId=pages&groupName=g", """{"count":3,"doms":[]}""");
        await node.AnswersAsync("GET /v1/ns/service/list?pageNo=1&pageSize=9&namespaceId=pages", """{"count":0,"doms":[]}""");
        await node.AnswersAsync("GET /v2/ns/service/list?namespaceId=pages&groupName=g", """{"code":0,"message":"success","data":{"count":3,"services":["a","b","c"]}}""");
        await node.AnswersAsync(
            "GET /v2/ns/service/list?pageNo=2&pageSize=1&namespaceId=pages&groupName=g", """{"code":0,"message":"success","data":{"count":3,"services":["b"]}}""");
    }

    [Fact]
    public async Task Names_are_grouped_by_namespace_and_filtered_by_a_piece_of_an_expression()
    {
        await node.AnswersAsync("POST /v1/ns/service?serviceName=orders-1&namespaceId=named", "ok");
        await node.AnswersAsync("POST /v1/ns/service?serviceName=users&namespaceId=named&groupName=g", "ok");
        await node.AnswersAsync("GET /v1/ns/service/names?namespaceId=named", """{"META-INF/services":{"named":["DEFAULT_GROUP@@orders-1","g@@users"]},"count":2}""");
        await node.AnswersAsync("GET /v1/ns/service/names?namespaceId=named&expr=rs-%5Cd", """{"META-INF/services":{"named":["DEFAULT_GROUP@@orders-1"]},"count":1}""");
        await node.AnswersAsync("GET /v1/ns/service/names?namespaceId=nobody", """{"META-INF/services":{"nobody":[]},"count":0}""");
        Assert.True(JsonDocument.Parse((await node.CallAsync("GET /v1/ns/service/names")).Text).RootElement.GetProperty("META-INF/services").TryGetProperty("named", out _));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("(?=a)b")]
    [InlineData("(a)%5C1")]
    [InlineData("((a%7B100%7D)%7B100%7D)%7B100%7D")]
    public async Task An_expression_that_is_none_or_too_costly_is_400(string expression)
    {
        (HttpStatusCode status, string text) = await node.CallAsync($"GET /v1/ns/service/names?expr={expression}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith("Param 'expr' is illegal, it must be a regular expression without", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Types_of_selectors_are_two() =>
        await node.AnswersAsync("GET /v1/ns/service/selector/types", """{"code":200,"message":null,"data":["label","none"]}""");

    [Fact]
    public async Task A_service_that_is_only_subscribed_to_is_in_no_list_and_its_subscribers_are()
    {
        using RawSocket client = await RawSocket.SetUpAsync(node.Node.ClientEndPoint!, "127.0.0.3", ("app", "shop"));
        await client.CallAsync(MessageType.Subscribe, 2, new SubscribeRequest { Subscriptions = { new Subscription { Id = 9, Namespace = "watched", Name = "orders", Clusters = { "west", "east" } } } });
        await node.AnswersAsync("GET /v1/ns/service/list?pageNo=1&pageSize=9&namespaceId=watched", """{"count":0,"doms":[]}""");
        string subscriber =
            $$"""{"addrStr":"127.0.0.3:{{client.LocalPort}}","agent":"raw:vtest","app":"shop","ip":"127.0.0.3","port":{{client.LocalPort}},"namespaceId":"watched","serviceName":"DEFAULT_GROUP@@orders","cluster":"east,west"}""";
        await node.AnswersAsync("GET /v1/ns/service/subscribers?serviceName=rder&groupName=DEFAULT&namespaceId=watched", $$"""{"subscribers":[{{subscriber}}],"count":1}""");
        await node.AnswersAsync("GET /v1/ns/service/subscribers?serviceName=order&namespaceId=watched&pageNo=2&aggregation=false", """{"subscribers":[],"count":1}""");
        await node.AnswersAsync("GET /v1/ns/service/subscribers?serviceName=other&namespaceId=watched", """{"subscribers":[],"count":0}""");
    }
}
