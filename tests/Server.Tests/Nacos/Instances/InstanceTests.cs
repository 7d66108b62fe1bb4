using System.Net;
using System.Text.Json;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Tests.Http;

namespace FastRegistry.Server.Tests.Nacos.Instances;

public sealed class InstanceTests : IAsyncLifetime
{
    private HttpNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await HttpNode.StartAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task A_list_is_exact_to_the_field()
    {
        await _node.OkAsync(HttpMethod.Post, "serviceName=s&ip=1.1.1.1&port=8080");
        JsonElement list = await _node.ListAsync("serviceName=s");
        long time = list.GetProperty("lastRefTime").GetInt64();
        string expected = $$"""
            {"name":"DEFAULT_GROUP@@s","groupName":"DEFAULT_GROUP","clusters":"","cacheMillis":10000,"hosts":[{"instanceId":"1.1.1.1#8080#DEFAULT#DEFAULT_GROUP@@s","ip":"1.1.1.1","port":8080,"weight":1.0,"healthy":true,"enabled":true,"ephemeral":true,"clusterName":"DEFAULT","serviceName":"DEFAULT_GROUP@@s","metadata":{},"instanceHeartBeatInterval":5000,"instanceHeartBeatTimeOut":15000,"ipDeleteTimeout":30000,"instanceIdGenerator":"simple"}],"lastRefTime":{{time}},"checksum":"","allIPs":false,"reachProtectionThreshold":false,"valid":true,"dom":"DEFAULT_GROUP@@s"}
            """;

        Assert.Equal(expected, list.GetRawText());
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - time, -1000, 60_000);
    }

    [Fact]
    public async Task All_fields_of_an_instance_come_back()
    {
        string metadata = Uri.EscapeDataString("""{"preserved.heart.beat.interval":"1000","preserved.heart.beat.timeout":"abc","n":1,"b":true}""");
        await _node.OkAsync(
            HttpMethod.Post, $"serviceName=g@@s&groupName=ignored&namespaceId=blue&ip=host.local&port=0&weight=2.5&healthy=false&clusterName=east&metadata={metadata}");
        JsonElement list = await _node.ListAsync("serviceName=s&groupName=g&namespaceId=blue&clusters=east,west");
        JsonElement host = Assert.Single(list.GetProperty("hosts").EnumerateArray());

        Assert.Equal("east,west", list.GetProperty("clusters").GetString());
        Assert.Equal("g@@s", list.GetProperty("name").GetString());
        Assert.Equal("host.local#0#east#g@@s", host.GetProperty("instanceId").GetString());
        Assert.Equal("2.5", host.GetProperty("weight").GetRawText());
        Assert.False(host.GetProperty("healthy").GetBoolean());
        Assert.Equal(1000, host.GetProperty("instanceHeartBeatInterval").GetInt64());
        Assert.Equal(15000, host.GetProperty("instanceHeartBeatTimeOut").GetInt64());
        Assert.Equal("1", host.GetProperty("metadata").GetProperty("n").GetString());
        Assert.False(host.TryGetProperty("instanceIdGenerator", out _));
        Assert.Empty(await _node.ListedAsync("serviceName=g@@s"));
        Assert.Empty(await _node.ListedAsync("serviceName=g@@s&namespaceId=blue&healthyOnly=true"));
        Assert.Empty(await _node.ListedAsync("serviceName=g@@s&namespaceId=blue&clusters=west"));
    }

    [Fact]
    public async Task Parameters_come_from_the_query_or_a_form_on_every_verb()
    {
        using FormUrlEncodedContent form = Form(("serviceName", "s"), ("ip", "1.1.1.1"), ("port", "1"), ("metadata", "a=1,b=2"));
        await _node.OkAsync(HttpMethod.Post, "port=2", form);

        Assert.Equal(["1.1.1.1:2:DEFAULT"], await _node.ListedAsync("serviceName=s"));
        using FormUrlEncodedContent listForm = Form(("serviceName", "s"));
        (HttpStatusCode status, string text) = await _node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}/list", listForm);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\"metadata\":{\"a\":\"1\",\"b\":\"2\"}", text, StringComparison.Ordinal);
        using FormUrlEncodedContent deleteForm = Form(("serviceName", "s"), ("ip", "1.1.1.1"), ("port", "2"));
        await _node.OkAsync(HttpMethod.Delete, "", deleteForm);
        Assert.Empty(await _node.ListedAsync("serviceName=s"));
    }

    [Fact]
    public async Task The_same_address_in_another_cluster_replaces_and_deregistering_ignores_the_cluster()
    {
        await _node.OkAsync(HttpMethod.Post, "serviceName=s&ip=1.1.1.1&port=1&cluster=east");
        await _node.OkAsync(HttpMethod.Post, "serviceName=s&ip=1.1.1.1&port=1&clusterName=west&cluster=ignored");
        await _node.OkAsync(HttpMethod.Post, "serviceName=t&ip=1.1.1.1&port=1");
        Assert.Equal(["1.1.1.1:1:west"], await _node.ListedAsync("serviceName=s"));
        await _node.OkAsync(HttpMethod.Delete, "serviceName=s&ip=1.1.1.1&port=1&clusterName=north");
        await _node.OkAsync(HttpMethod.Delete, "serviceName=s&ip=9.9.9.9&port=1");

        Assert.Empty(await _node.ListedAsync("serviceName=s"));
        Assert.Equal(["1.1.1.1:1:DEFAULT"], await _node.ListedAsync("serviceName=t"));
    }

    [Fact]
    public async Task Flags_are_read_as_Nacos_reads_them()
    {
        await _node.OkAsync(HttpMethod.Post, "serviceName=s&ip=1.1.1.1&port=1&enable=false");
        await _node.OkAsync(HttpMethod.Post, "serviceName=s&ip=1.1.1.1&port=2&enable=false&enabled=Yes");
        await _node.OkAsync(HttpMethod.Post, "serviceName=s&ip=1.1.1.1&port=3&enabled=1");
        await _node.OkAsync(HttpMethod.Post, "serviceName=s&ip=1.1.1.1&port=4&enabled=%20&weight=0");
        await _node.OkAsync(HttpMethod.Post, "serviceName=s&ip=1.1.1.1&port=5&healthy=off");

        Assert.Equal(["1.1.1.1:2:DEFAULT", "1.1.1.1:4:DEFAULT", "1.1.1.1:5:DEFAULT"], await _node.ListedAsync("serviceName=s&healthyOnly=1"));
        Assert.Equal(["1.1.1.1:2:DEFAULT", "1.1.1.1:4:DEFAULT"], await _node.ListedAsync("serviceName=s&healthyOnly=TRUE"));
    }

    [Theory]
    [InlineData("ip=1&port=1", "Param 'serviceName' is required.")]
    [InlineData("serviceName=s&port=1", "Param 'ip' is required.")]
    [InlineData("serviceName=s&ip=1", "Param 'port' is required.")]
    [InlineData("serviceName=%20&ip=1&port=1", "Param 'serviceName' is required.")]
    [InlineData("serviceName=s&ip=1&port=x", "Param 'port' is illegal, the value should be between 0 and 65535.\r\n")]
    [InlineData("serviceName=s&ip=1&port=65536", "Param 'port' is illegal, the value should be between 0 and 65535.\r\n")]
    [InlineData("serviceName=s&ip=1&port=-1", "Param 'port' is illegal, the value should be between 0 and 65535.\r\n")]
    [InlineData("serviceName=s&ip=1%202&port=1", "Param 'ip' is illegal, illegal characters should not appear in the param.\r\n")]
    [InlineData("serviceName=s&ip=1&port=1&weight=heavy", "For input string: \"heavy\"")]
    [InlineData("serviceName=s&ip=1&port=1&weight=10001", "instance format invalid: The weights range from 0.0 to 10000.0")]
    [InlineData("serviceName=s&ip=1&port=1&weight=NaN", "instance format invalid: The weights range from 0.0 to 10000.0")]
    [InlineData("serviceName=s&ip=1&port=1&clusterName=a.b", "Param 'cluster' is illegal, illegal characters should not appear in the param.\r\n")]
    [InlineData("serviceName=s&ip=1&port=1&groupName=a%20b", "Param 'group' is illegal, illegal characters should not appear in the param.\r\n")]
    [InlineData("serviceName=s&ip=1&port=1&namespaceId=a.b", "Param 'namespaceId/tenant' is illegal, illegal characters should not appear in the param.\r\n")]
    [InlineData("serviceName=a@@b@@c&ip=1&port=1", "Param 'serviceName' is illegal, illegal characters should not appear in the param.\r\n")]
    [InlineData("serviceName=%E4%B8%AD&ip=1&port=1", "Param 'serviceName' is illegal, illegal characters should not appear in the param.\r\n")]
    [InlineData("serviceName=s&ip=1&port=1&metadata=x", "metadata format incorrect:x")]
    [InlineData("serviceName=s&ip=1&port=1&metadata=%3Db", "metadata format incorrect:=b")]
    [InlineData("serviceName=s&ip=1&port=1&metadata=%7B%22a%22%3A%7B%7D%7D", "metadata format incorrect:{\"a\":{}}")]
    public async Task A_wrong_parameter_is_400_and_named(string query, string text)
    {
        foreach (HttpMethod method in new[] { HttpMethod.Post, HttpMethod.Delete })
        {
            (HttpStatusCode status, string body) = await _node.SendAsync(method, $"{HttpNode.InstancePath}?{query}");
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Equal(text, body);
        }

        Assert.Equal(0, _node.Host.Node.Registry.ServiceCount);
    }

    [Fact]
    public async Task A_list_without_a_service_or_with_a_wrong_cluster_is_400()
    {
        Assert.Equal((HttpStatusCode.BadRequest, "Param 'serviceName' is required."), await _node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}/list"));
        (HttpStatusCode status, string text) = await _node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}/list?serviceName=s&clusters=a,b.c");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith("Param 'cluster' is illegal", text, StringComparison.Ordinal);
        Assert.Empty(await _node.ListedAsync("serviceName=unknown"));
    }

    [Fact]
    public async Task Persistent_instances_are_501()
    {
        (HttpStatusCode status, string text) = await _node.SendAsync(HttpMethod.Post, $"{HttpNode.InstancePath}?serviceName=s&ip=1&port=1&ephemeral=false");
        Assert.Equal(HttpStatusCode.NotImplemented, status);
        Assert.StartsWith("Param 'ephemeral' is illegal", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_HTTP_instance_and_its_native_double_are_listed_once()
    {
        await _node.OkAsync(HttpMethod.Post, "serviceName=s&ip=10.0.0.1&port=1");
        ServiceRegistry registry = _node.Host.Node.Registry;
        RegistryClient native = new(ClientKind.Native, "native");
        registry.Register(native, new ServiceKey("public", "DEFAULT_GROUP", "s"), [Harness.Make.Instance(1)], replace: false);
        Assert.Equal(["10.0.0.1:1:DEFAULT"], await _node.ListedAsync("serviceName=s"));
        await _node.OkAsync(HttpMethod.Delete, "serviceName=s&ip=10.0.0.1&port=1");
        Assert.Equal(["10.0.0.1:1:DEFAULT"], await _node.ListedAsync("serviceName=s"));
        registry.Release(native);
        Assert.Empty(await _node.ListedAsync("serviceName=s"));
    }

    private static FormUrlEncodedContent Form(params (string Key, string Value)[] values) =>
        new(values.Select(static value => KeyValuePair.Create(value.Key, value.Value)));
}
