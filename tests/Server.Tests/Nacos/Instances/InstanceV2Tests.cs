using System.Net;
using System.Text.Json;
using FastRegistry.Server.Tests.Http;

namespace FastRegistry.Server.Tests.Nacos.Instances;

public sealed class InstanceV2Tests : IAsyncLifetime
{
    private const string Path = "/nacos/v2/ns/instance";
    private const string Ok = """{"code":0,"message":"success","data":"ok"}""";

    private HttpNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await HttpNode.StartAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Register_list_and_deregister_are_exact_to_the_field()
    {
        await IsAsync(HttpMethod.Post, "serviceName=s&groupName=g&ip=1.1.1.1&port=8080&weight=2&metadata=k%3Dv&enabled=1", HttpStatusCode.OK, Ok);
        (HttpStatusCode status, string text) = await _node.SendAsync(HttpMethod.Get, $"{Path}/list?serviceName=s&groupName=g");
        long time = JsonDocument.Parse(text).RootElement.GetProperty("data").GetProperty("lastRefTime").GetInt64();
        string expected = $$$"""
            {"code":0,"message":"success","data":{"name":"g@@s","groupName":"g","clusters":"","cacheMillis":10000,"hosts":[{"instanceId":"1.1.1.1#8080#DEFAULT#g@@s","ip":"1.1.1.1","port":8080,"weight":2.0,"healthy":true,"enabled":true,"ephemeral":true,"clusterName":"DEFAULT","serviceName":"g@@s","metadata":{"k":"v"},"instanceHeartBeatInterval":5000,"instanceHeartBeatTimeOut":15000,"ipDeleteTimeout":30000}],"lastRefTime":{{{time}}},"checksum":"","allIPs":false,"reachProtectionThreshold":false,"valid":true}}
            """;
        Assert.Equal((HttpStatusCode.OK, expected), (status, text));
        await IsAsync(HttpMethod.Delete, "serviceName=s&groupName=g&ip=1.1.1.1&port=8080", HttpStatusCode.OK, Ok);
        await IsAsync(HttpMethod.Delete, "serviceName=s&groupName=g&ip=1.1.1.1&port=8080", HttpStatusCode.OK, Ok);
        Assert.Empty(await _node.ListedAsync("serviceName=g@@s"));
    }

    [Fact]
    public async Task A_name_that_carries_its_group_wins()
    {
        await IsAsync(HttpMethod.Post, "serviceName=g@@s&groupName=other&ip=1.1.1.1&port=1", HttpStatusCode.OK, Ok);
        Assert.Equal(["1.1.1.1:1:DEFAULT"], await _node.ListedAsync("serviceName=g@@s"));
    }

    [Fact]
    public async Task Clusters_and_health_are_filtered()
    {
        await IsAsync(HttpMethod.Post, "serviceName=s&ip=1&port=1&clusterName=east", HttpStatusCode.OK, Ok);
        await IsAsync(HttpMethod.Post, "serviceName=s&ip=1&port=2&clusterName=west&healthy=false", HttpStatusCode.OK, Ok);
        await IsAsync(HttpMethod.Post, "serviceName=s&ip=1&port=3&clusterName=west&cluster=ignored", HttpStatusCode.OK, Ok);
        Assert.Equal("1 2 3", await PortsAsync(""));
        Assert.Equal("2 3", await PortsAsync("&clusterName=west"));
        Assert.Equal("1 2 3", await PortsAsync("&clusterName=east,west"));
        Assert.Equal("3", await PortsAsync("&clusterName=west&healthyOnly=1"));
        Assert.Equal("2 3", await PortsAsync("&clusterName=west&healthyOnly=off"));
        Assert.Equal("1 3", await PortsAsync("&healthyOnly=TRUE"));
    }

    [Theory]
    [InlineData("POST", "", "ip=1&port=1", 10000, "parameter missing", "Required parameter 'serviceName' type String is not present")]
    [InlineData("POST", "", "serviceName=s&port=1", 10000, "parameter missing", "Required parameter 'ip' type String is not present")]
    [InlineData("PUT", "", "serviceName=s&ip=1", 10000, "parameter missing", "Required parameter 'port' type Integer is not present")]
    [InlineData("DELETE", "", "serviceName=s&ip=1&port=1&weight=-1", 21001, "weight error", "instance format invalid: The weights range from 0.0 to 10000.0")]
    [InlineData("POST", "", "serviceName=s&ip=1&port=1&metadata=x", 21002, "instance metadata error", "metadata format incorrect:x")]
    [InlineData(
        "POST", "", "serviceName=s&ip=1&port=1&clusterName=a_b", 21004, "instance error", "Instance 'clusterName' should be characters with only 0-9a-zA-Z-. (current: a_b)")]
    [InlineData(
        "POST",
        "",
        "serviceName=s&ip=1&port=1&metadata=preserved.heart.beat.interval%3D20000",
        21004,
        "instance error",
        "Instance 'heart beat interval' must less than 'heart beat timeout' and 'ip delete timeout'.")]
    [InlineData("POST", "", "serviceName=s&ip=1&port=1&healthy=maybe", 20002, "parameter validate error", "Param 'healthy' is illegal, it must be true or false, not \"maybe\".")]
    [InlineData(
        "PUT",
        "",
        "serviceName=s&ip=1&port=1",
        21004,
        "instance error",
        "service not found, namespace: public, service: Service{namespace='public', group='DEFAULT_GROUP', name='s', ephemeral=true, revision=0}")]
    [InlineData("GET", "/list", "x=1", 10000, "parameter missing", "Required request parameter 'serviceName' for method parameter type String is not present")]
    [InlineData("GET", "/list", "serviceName=%20", 20002, "parameter validate error", "Param 'serviceName' is illegal, serviceName is blank")]
    [InlineData("GET", "", "serviceName=s&ip=1", 10000, "parameter missing", "Required request parameter 'port' for method parameter type Integer is not present")]
    [InlineData("PUT", "/beat", "ip=1&port=1", 10000, "parameter missing", "Required request parameter 'serviceName' for method parameter type String is not present")]
    [InlineData(
        "PUT",
        "/beat",
        "serviceName=s&ip=1&port=1",
        20002,
        "parameter validate error",
        "Param 'serviceName' is illegal, it should be format as 'groupName@@serviceName'")]
    [InlineData(
        "GET", "/statuses/s", "", 20002, "parameter validate error", "Param 'serviceName' is illegal, it should be format as 'groupName@@serviceName'")]
    [InlineData(
        "PATCH",
        "",
        "serviceName=s&ip=1&port=1&weight=1&enabled=true&metadata=",
        20002,
        "parameter validate error",
        "Param 'serviceName' is illegal, it should be format as 'groupName@@serviceName'")]
    [InlineData(
        "PATCH",
        "",
        "serviceName=g@@s&ip=1&port=1&enabled=true&metadata=",
        10000,
        "parameter missing",
        "Required request parameter 'weight' for method parameter type Double is not present")]
    [InlineData(
        "PATCH", "", "serviceName=g@@s&ip=1&port=1&weight=10001&enabled=true&metadata=", 21001, "weight error", "instance format invalid: The weights range from 0.0 to 10000.0")]
    [InlineData("PUT", "/metadata/batch", "metadata=a%3D1", 10000, "parameter missing", "Required parameter 'serviceName' type String is not present")]
    [InlineData("DELETE", "/metadata/batch", "serviceName=s", 10000, "parameter missing", "Required parameter 'metadata' type String is not present")]
    public async Task An_error_is_a_result_with_code_message_and_detail(string method, string path, string query, int code, string message, string data)
    {
        (HttpStatusCode status, string text) = await _node.SendAsync(new HttpMethod(method), $"{Path}{path}?{query}");
        JsonElement result = JsonDocument.Parse(text).RootElement;
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(["code", "message", "data"], result.EnumerateObject().Select(static member => member.Name));
        Assert.Equal((code, message, data), (result.GetProperty("code").GetInt32(), result.GetProperty("message").GetString(), result.GetProperty("data").GetString()));
    }

    [Theory]
    [InlineData("GET", "serviceName=s&ip=1&port=1", "no ips found for cluster DEFAULT in service DEFAULT_GROUP@@s")]
    [InlineData("PATCH", "serviceName=g@@s&ip=1&port=1&weight=1&enabled=true&metadata=", "no ips found for cluster DEFAULT in service g@@s")]
    public async Task What_is_not_there_is_404(string method, string query, string data) => await IsAsync(
        new HttpMethod(method), query, HttpStatusCode.NotFound, $$"""{"code":20004,"message":"resource not found","data":"{{data}}"}""");

    [Fact]
    public async Task The_parameter_check_and_persistent_instances_are_told_as_everywhere()
    {
        await IsAsync(HttpMethod.Post, "serviceName=s&ip=1&port=x", HttpStatusCode.BadRequest, "Param 'port' is illegal, the value should be between 0 and 65535.\r\n");
        await IsAsync(
            HttpMethod.Post,
            "serviceName=s&ip=1&port=1&ephemeral=false",
            HttpStatusCode.NotImplemented,
            """{"code":30000,"message":"server error","data":"Param 'ephemeral' is illegal, persistent instances are not supported by this version."}""");
    }

    [Fact]
    public async Task Patch_and_batch_change_what_is_shown_and_answer_in_their_own_forms()
    {
        await IsAsync(HttpMethod.Post, "serviceName=s&ip=1&port=1&weight=5&metadata=a%3D1", HttpStatusCode.OK, Ok);
        (HttpStatusCode status, string text) = await _node.SendAsync(
            HttpMethod.Patch, $"{Path}?serviceName=DEFAULT_GROUP@@s&ip=1&port=1&weight=7.5&enabled=true&metadata=b%3D2");
        Assert.Equal((HttpStatusCode.OK, "ok"), (status, text));
        await IsAsync(
            HttpMethod.Get,
            "serviceName=s&ip=1&port=1",
            HttpStatusCode.OK,
            """{"code":0,"message":"success","data":{"serviceName":"DEFAULT_GROUP@@s","ip":"1","port":1,"clusterName":"DEFAULT","weight":7.5,"healthy":true,"instanceId":"1#1#DEFAULT#DEFAULT_GROUP@@s","metadata":{"a":"1","b":"2"}}}""");
        (status, text) = await _node.SendAsync(HttpMethod.Put, $"{Path}/metadata/batch?serviceName=s&metadata=c%3D3");
        Assert.Equal((HttpStatusCode.OK, """{"code":0,"message":"success","data":{"updated":["1:1:unknown:DEFAULT:ephemeral"]}}"""), (status, text));
        (status, text) = await _node.SendAsync(HttpMethod.Post, $"{Path}/statuses/public%23%23DEFAULT_GROUP@@s");
        Assert.Equal((HttpStatusCode.OK, """{"ips":["1:1_true"]}"""), (status, text));
    }

    private async Task<string> PortsAsync(string query)
    {
        (HttpStatusCode status, string text) = await _node.SendAsync(HttpMethod.Get, $"{Path}/list?serviceName=s{query}");
        Assert.True(status == HttpStatusCode.OK, text);
        JsonElement hosts = JsonDocument.Parse(text).RootElement.GetProperty("data").GetProperty("hosts");
        return string.Join(' ', hosts.EnumerateArray().Select(static host => host.GetProperty("port").GetInt32()).Order());
    }

    private async Task IsAsync(HttpMethod method, string query, HttpStatusCode status, string text) =>
        Assert.Equal((status, text), await _node.SendAsync(method, $"{Path}?{query}"));
}
