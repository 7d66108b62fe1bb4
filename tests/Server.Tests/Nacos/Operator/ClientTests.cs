using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Server.Tests.Nacos.Operator;

public sealed partial class ClientTests : IAsyncLifetime
{
    private readonly SharedNode _node = new();

    public ValueTask InitializeAsync() => _node.InitializeAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task An_HTTP_client_is_its_address()
    {
        await _node.AnswersAsync("GET /v2/ns/client/list", Result("[]"));
        await _node.CallAsync("POST /v1/ns/instance?serviceName=s&groupName=g&namespaceId=n&ip=host.local&port=1&clusterName=c");
        await _node.AnswersAsync("GET /v2/ns/client/list", Result("""["host.local:1#true"]"""));
        (_, string text) = await _node.CallAsync("GET /v2/ns/client?clientId=host.local:1%23true");
        Assert.Equal(
            Result("""{"clientId":"host.local:1#true","ephemeral":true,"lastUpdatedTime":MS,"clientType":"ipPort","clientIp":"host.local","clientPort":"1"}"""),
            Milliseconds().Replace(text, "\"lastUpdatedTime\":MS"));
        long time = JsonDocument.Parse(text).RootElement.GetProperty("data").GetProperty("lastUpdatedTime").GetInt64();
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - time, -1000, 60_000);
        await _node.AnswersAsync(
            "GET /v2/ns/client/publish/list?clientId=host.local:1%23true",
            Result("""[{"namespace":"n","group":"g","serviceName":"s","registeredInstance":{"ip":"host.local","port":1,"cluster":"c"}}]"""));
        await _node.AnswersAsync("GET /v2/ns/client/subscribe/list?clientId=host.local:1%23true", Result("[]"));
        const string Publisher = """[{"ip":"host.local","port":1,"cluster":"c","clientId":"host.local:1#true"}]""";
        await _node.AnswersAsync("GET /v2/ns/client/service/publisher/list?serviceName=s&groupName=g&namespaceId=n", Result(Publisher));
        await _node.AnswersAsync("GET /v2/ns/client/service/publisher/list?serviceName=s&groupName=g&namespaceId=n&ip=host.local&port=1", Result(Publisher));
        await _node.AnswersAsync("GET /v2/ns/client/service/publisher/list?serviceName=s&groupName=g&namespaceId=n&port=2", Result("[]"));
        await _node.AnswersAsync("GET /v2/ns/client/service/publisher/list?serviceName=none", Result("[]"));
    }

    [Fact]
    public async Task A_native_client_is_its_connection()
    {
        using RawSocket native = await RawSocket.SetUpAsync(_node.Node.ClientEndPoint!, "127.0.0.2", ("app", "shop"));
        await native.CallAsync(MessageType.Subscribe, 2, new SubscribeRequest { Subscriptions = { NamingClient.NewSubscription(9, "t") } });
        await native.CallAsync(MessageType.Register, 3, new RegisterRequest { Name = "s", Instance = NamingClient.NewInstance(80) });
        (_, string list) = await _node.CallAsync("GET /v2/ns/client/list");
        string id = Assert.Single(JsonDocument.Parse(list).RootElement.GetProperty("data").EnumerateArray()).GetString()!;
        (_, string connections) = await _node.CallAsync("GET /v2/core/loader/current");
        Assert.Equal(id, Assert.Single(JsonDocument.Parse(connections).RootElement.EnumerateObject()).Name);
        (_, string text) = await _node.CallAsync($"GET /v2/ns/client?clientId={id}");
        Assert.Equal(
            Result(
                $$"""{"clientId":"{{id}}","ephemeral":true,"lastUpdatedTime":MS,"clientType":"connection","connectType":"FASTREGISTRY","appName":"shop","version":"test","clientIp":"127.0.0.2","clientPort":"{{native.LocalPort}}"}"""),
            Milliseconds().Replace(text, "\"lastUpdatedTime\":MS"));
        await _node.AnswersAsync(
            $"GET /v2/ns/client/publish/list?clientId={id}",
            Result("""[{"namespace":"public","group":"DEFAULT_GROUP","serviceName":"s","registeredInstance":{"ip":"10.0.0.1","port":80,"cluster":"DEFAULT"}}]"""));
        await _node.AnswersAsync(
            $"GET /v2/ns/client/subscribe/list?clientId={id}",
            Result(
                $$$"""[{"namespace":"public","group":"DEFAULT_GROUP","serviceName":"t","subscriberInfo":{"app":"shop","agent":"raw:vtest","addr":"127.0.0.2:{{{native.LocalPort}}}"}}]"""));
        await _node.AnswersAsync("GET /v2/ns/client/service/publisher/list?serviceName=s", Result($$"""[{"ip":"10.0.0.1","port":80,"cluster":"DEFAULT","clientId":"{{id}}"}]"""));
        string subscriber = Result($$"""[{"clientId":"{{id}}","ip":"127.0.0.2","port":{{native.LocalPort}}}]""");
        await _node.AnswersAsync("GET /v2/ns/client/service/subscriber/list?serviceName=t", subscriber);
        await _node.AnswersAsync($"GET /v2/ns/client/service/subscriber/list?serviceName=t&port={native.LocalPort}", subscriber);
        await _node.AnswersAsync("GET /v2/ns/client/service/subscriber/list?serviceName=t&ip=127.0.0.9", Result("[]"));
    }

    [Fact]
    public async Task A_consumer_that_listens_for_datagrams_is_a_client()
    {
        using HttpRequestMessage poll = new(HttpMethod.Get, "/nacos/v1/ns/instance/list?serviceName=u&clientIP=127.0.0.1&udpPort=4711&app=shop");
        poll.Headers.TryAddWithoutValidation("User-Agent", "Nacos-Java-Client:v1.4.6");
        using HttpResponseMessage response = await _node.Http.Client.SendAsync(poll, TestContext.Current.CancellationToken);
        await _node.AnswersAsync("GET /v2/ns/client/list", Result("""["127.0.0.1:4711#true"]"""));
        await _node.AnswersAsync("GET /v2/ns/client/publish/list?clientId=127.0.0.1:4711%23true", Result("[]"));
        await _node.AnswersAsync(
            "GET /v2/ns/client/subscribe/list?clientId=127.0.0.1:4711%23true",
            Result(
                """[{"namespace":"public","group":"DEFAULT_GROUP","serviceName":"u","subscriberInfo":{"app":"shop","agent":"Nacos-Java-Client:v1.4.6","addr":"127.0.0.1:4711"}}]"""));
        await _node.AnswersAsync("GET /v2/ns/client/service/subscriber/list?serviceName=u", Result("""[{"clientId":"127.0.0.1:4711#true","ip":"127.0.0.1","port":4711}]"""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/publish/list")]
    [InlineData("/subscribe/list")]
    public async Task A_client_that_is_missing_or_not_there_is_told_so(string path)
    {
        foreach (string id in new[] { "1.1.1.1:1%23true", "1.1.1.1:1%23false", "1_2_3", "%23true", "x%23true", ":%23true" })
        {
            await _node.AnswersAsync(
                $"GET /v2/ns/client{path}?clientId={id}",
                SharedNode.Failure(20004, "resource not found", $"clientId [ {Uri.UnescapeDataString(id)} ] not exist"),
                HttpStatusCode.NotFound);
        }

        await _node.AnswersAsync(
            $"GET /v2/ns/client{path}",
            SharedNode.Failure(10000, "parameter missing", "Required request parameter 'clientId' for method parameter type String is not present"),
            HttpStatusCode.BadRequest);
    }

    private static string Result(string data) => $$"""{"code":0,"message":"success","data":{{data}}}""";

    [GeneratedRegex("\"lastUpdatedTime\":[0-9]{13}")]
    private static partial Regex Milliseconds();
}
