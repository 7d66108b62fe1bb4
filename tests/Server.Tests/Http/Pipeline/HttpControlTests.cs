using System.Net;
using FastRegistry.Node.Admission;
using FastRegistry.Node.Hosting;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Tests;

namespace FastRegistry.Server.Tests.Http.Pipeline;

public sealed class HttpControlTests : IAsyncLifetime
{
    private const string Query = "serviceName=s&ip=1.1.1.1&port=80";

    private HttpNode _http = null!;

    public static TheoryData<string, string, bool> Matrix => StatusMatrix.For(StatusMatrix.Http);

    private RegistryNode Node => _http.Host.Node;

    public async ValueTask InitializeAsync() => _http = await HttpNode.StartAsync();

    public ValueTask DisposeAsync() => _http.DisposeAsync();

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task Each_status_serves_what_it_should_and_refuses_the_rest_in_the_words_of_Nacos(string status, string method, bool served)
    {
        Node.Switch("overriddenServerStatus", status);
        (HttpStatusCode code, string text) = await SendAsync(method);
        if (served)
        {
            Assert.Equal(HttpStatusCode.OK, code);
            return;
        }

        string operation = method switch { "POST" => "register", "DELETE" => "deregister", _ => "list" };
        string expected = status is "READ_ONLY" or "WRITE_ONLY"
            ? $"server is {status}now, detailed error message: {operation} is refused"
            : $"server is {status}now, please try again later!";
        Assert.Equal((HttpStatusCode.ServiceUnavailable, expected), (code, text));
    }

    [Theory]
    [InlineData("DOWN", "down")]
    [InlineData("STARTING", "starting")]
    [InlineData("PAUSED", "paused")]
    [InlineData("READ_ONLY", "read_only")]
    [InlineData("WRITE_ONLY", "write_only")]
    public async Task A_node_that_refuses_something_is_alive_and_not_ready(string status, string word)
    {
        Node.Switch("overriddenServerStatus", status);
        Assert.Equal((HttpStatusCode.OK, "alive"), await _http.SendAsync(HttpMethod.Get, "/health/live"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, word), await _http.SendAsync(HttpMethod.Get, "/health/ready"));
        Assert.Equal(HttpStatusCode.OK, (await _http.SendAsync(HttpMethod.Get, "/metrics")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _http.SendAsync(HttpMethod.Post, "/fastregistry/v1/operator/collect")).Status);
        Node.Switch("overriddenServerStatus", "null");
        Assert.Equal((HttpStatusCode.OK, "ready"), await _http.SendAsync(HttpMethod.Get, "/health/ready"));
    }

    [Fact]
    public async Task A_list_tells_the_cache_time_of_the_switch()
    {
        Node.Switch("pushCacheMillis", "12345");
        Assert.Equal(12_345, (await _http.ListAsync("serviceName=s")).GetProperty("cacheMillis").GetInt64());
    }

    [Fact]
    public async Task The_default_kind_counts_only_where_a_request_does_not_say()
    {
        Node.Switch("defaultInstanceEphemeral", "false");
        Assert.Equal(HttpStatusCode.NotImplemented, (await SendAsync("POST")).Status);
        await _http.OkAsync(HttpMethod.Post, $"{Query}&ephemeral=true");
        Assert.Equal(["1.1.1.1:80:DEFAULT"], await _http.ListedAsync("serviceName=s"));
        Node.Switch("defaultInstanceEphemeral", "true");
        await _http.OkAsync(HttpMethod.Post, Query);
        Assert.Equal(HttpStatusCode.NotImplemented, (await _http.SendAsync(HttpMethod.Post, $"{HttpNode.InstancePath}?{Query}&ephemeral=false")).Status);
    }

    [Theory]
    [InlineData("POST", nameof(ControlPoint.HttpRegister))]
    [InlineData("DELETE", nameof(ControlPoint.HttpDeregister))]
    [InlineData("GET", nameof(ControlPoint.HttpList))]
    public async Task A_limit_refuses_its_own_requests_with_503_and_says_when_to_come_back(string method, string name)
    {
        ControlPoint point = Enum.Parse<ControlPoint>(name);
        Node.Limit(point, 0);
        using HttpRequestMessage request = new(new HttpMethod(method), PathOf(method));
        using HttpResponseMessage response = await _http.Client.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal($"RateLimits:{point} allows 0 calls per second on this node", text);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
        Assert.Equal((1, 0), (Node.RateLimits[point].Refused, Node.RateLimits[point].Passed));
        foreach (string other in new[] { "POST", "DELETE", "GET" }.Where(other => other != method))
        {
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(other)).Status);
        }
    }

    [Fact]
    public async Task What_the_configuration_says_counts_from_the_start()
    {
        await using HttpNode node = await HttpNode.StartAsync(
            "--Switches:OverriddenServerStatus=READ_ONLY", "--Switches:DefaultPushCacheMillis=20000", "--RateLimits:HttpList:Maximum=1", "--RateLimits:HttpList:Type=Intercept",
            "--RateLimits:HttpList:Period=Minute");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await node.SendAsync(HttpMethod.Post, PathOf("POST"))).Status);
        Assert.Equal(20_000, (await node.ListAsync("serviceName=s")).GetProperty("cacheMillis").GetInt64());
        RateLimitRule rule = new() { Maximum = 1, Type = RateLimitType.Intercept, Period = RateLimitPeriod.Minute };
        Assert.Equal(rule, node.Host.Node.RateLimits[ControlPoint.HttpList].Rule);
    }

    private static string PathOf(string method) => method == "GET" ? $"{HttpNode.InstancePath}/list?{Query}" : $"{HttpNode.InstancePath}?{Query}";

    private Task<(HttpStatusCode Status, string Text)> SendAsync(string method) => _http.SendAsync(new HttpMethod(method), PathOf(method));
}
