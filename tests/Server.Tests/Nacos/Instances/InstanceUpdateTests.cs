using System.Net;
using System.Text.Json;
using FastRegistry.Server.Tests.Http;

namespace FastRegistry.Server.Tests.Nacos.Instances;

public sealed class InstanceUpdateTests : IAsyncLifetime
{
    private const string One = "serviceName=s&ip=1&port=1";

    private HttpNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        _node = await HttpNode.StartAsync();
        await _node.OkAsync(HttpMethod.Post, $"{One}&weight=5&metadata=a%3D1,b%3D1");
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task One_instance_is_told_exact_to_the_field()
    {
        Assert.Equal(
            (HttpStatusCode.OK, """{"service":"DEFAULT_GROUP@@s","ip":"1","port":1,"clusterName":"DEFAULT","weight":5.0,"healthy":true,"instanceId":"1#1#DEFAULT#DEFAULT_GROUP@@s","metadata":{"a":"1","b":"1"}}"""),
            await _node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}?{One}"));
        Assert.Equal((HttpStatusCode.NotFound, "no matched ip found!"), await _node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}?{One}&clusterName=other"));
        Assert.Equal(
            (HttpStatusCode.NotFound, "no ips found for cluster DEFAULT in service DEFAULT_GROUP@@t"),
            await _node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}?serviceName=t&ip=1&port=1"));
        Assert.Equal((HttpStatusCode.BadRequest, "Param 'port' is required."), await _node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}?serviceName=t&ip=1"));
    }

    [Fact]
    public async Task An_update_replaces_the_override_and_what_it_does_not_say_is_the_default()
    {
        await _node.OkAsync(HttpMethod.Put, $"{One}&weight=7&metadata=b%3D2,c%3D3");
        Assert.Equal((7.0, "a=1 b=2 c=3"), await ShownAsync());
        await _node.OkAsync(HttpMethod.Put, One);
        Assert.Equal((1.0, "a=1 b=1"), await ShownAsync());
        await _node.OkAsync(HttpMethod.Put, $"{One}&enabled=false");
        Assert.Empty(await _node.ListedAsync("serviceName=s"));
    }

    [Fact]
    public async Task An_update_needs_the_service_and_not_the_instance()
    {
        await _node.OkAsync(HttpMethod.Put, "serviceName=s&ip=9&port=9&weight=2");
        Assert.Equal(["1:1:DEFAULT"], await _node.ListedAsync("serviceName=s"));
        Assert.Equal(
            (HttpStatusCode.BadRequest,
                "service not found, namespace: n, service: Service{namespace='n', group='DEFAULT_GROUP', name='t', ephemeral=true, revision=0}"),
            await _node.SendAsync(HttpMethod.Put, $"{HttpNode.InstancePath}?serviceName=t&namespaceId=n&ip=1&port=1"));
    }

    [Fact]
    public async Task A_patch_changes_what_it_says_and_nothing_else()
    {
        await _node.OkAsync(HttpMethod.Patch, $"{One}&metadata=b%3D2");
        Assert.Equal((5.0, "a=1 b=2"), await ShownAsync());
        await _node.OkAsync(HttpMethod.Patch, $"{One}&weight=0&healthy=false");
        Assert.Equal((0.0, "a=1 b=2"), await ShownAsync());
        await _node.OkAsync(HttpMethod.Patch, $"{One}&enable=off");
        Assert.Empty(await _node.ListedAsync("serviceName=s"));
        await _node.OkAsync(HttpMethod.Patch, $"{One}&enabled=true");
        Assert.Equal((0.0, "a=1 b=2"), await ShownAsync());
        Assert.Equal((HttpStatusCode.NotFound, "no matched ip found!"), await _node.SendAsync(HttpMethod.Patch, $"{HttpNode.InstancePath}?serviceName=s&ip=1&port=2"));
    }

    [Fact]
    public async Task Metadata_of_many_is_put_over_theirs_and_taken_away_again()
    {
        await _node.OkAsync(HttpMethod.Post, "serviceName=s&ip=1&port=2");
        Assert.Equal(
            """{"updated":["1:1:unknown:DEFAULT:ephemeral","1:2:unknown:DEFAULT:ephemeral"]}""", await BatchAsync(HttpMethod.Put, "metadata=b%3D9,z%3D9"));
        Assert.Equal((5.0, "a=1 b=9 z=9"), await ShownAsync());
        Assert.Equal(
            """{"updated":["1:1:unknown:DEFAULT:ephemeral"]}""",
            await BatchAsync(HttpMethod.Delete, "metadata=b%3D1,a%3D1", """[{"ip":"1","port":1,"clusterName":""},{"ip":"8","port":1},{"ip":"1","port":2,"ephemeral":false}]"""));
        Assert.Equal((5.0, "a=1 b=1 z=9"), await ShownAsync());
        Assert.Equal("""{"updated":[]}""", await BatchAsync(HttpMethod.Put, "metadata=q%3D1", "[]"));
        Assert.Equal("""{"updated":[]}""", await BatchAsync(HttpMethod.Put, "metadata=q%3D1&namespaceId=other"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[")]
    [InlineData("[{\"ip\":{}}]")]
    [InlineData("[{\"ip\":\"\\ud800\"}]")]
    public async Task Instances_that_are_no_array_of_instances_are_400(string instances)
    {
        (HttpStatusCode status, string text) = await _node.SendAsync(
            HttpMethod.Put, $"{HttpNode.InstancePath}/metadata/batch?serviceName=s&metadata=a%3D1&instances={Uri.EscapeDataString(instances)}");
        Assert.Equal((HttpStatusCode.BadRequest, "Param 'instances' is illegal, it must be a JSON array of at most 10000 instances."), (status, text));
    }

    [Fact]
    public async Task Elements_are_checked_like_parameters()
    {
        (HttpStatusCode status, string text) = await _node.SendAsync(
            HttpMethod.Put, $"{HttpNode.InstancePath}/metadata/batch?serviceName=s&metadata=a%3D1&instances={Uri.EscapeDataString("""[{"ip":"1","port":65536}]""")}");
        Assert.Equal((HttpStatusCode.BadRequest, "Param 'port' is illegal, the value should be between 0 and 65535.\r\n"), (status, text));
    }

    [Fact]
    public async Task What_many_calls_put_over_an_instance_keeps_to_the_length_of_one()
    {
        string value = new('v', 600);
        await BatchAsync(HttpMethod.Put, $"metadata=k1%3D{value}");
        (HttpStatusCode status, string text) = await _node.SendAsync(HttpMethod.Put, $"{HttpNode.InstancePath}/metadata/batch?serviceName=s&metadata=k2%3D{value}");
        Assert.Equal((HttpStatusCode.BadRequest, "Param 'Metadata' is illegal, the param length should not exceed 1024.\r\n"), (status, text));
    }

    [Fact]
    public async Task Statuses_tell_the_health_of_all()
    {
        await _node.OkAsync(HttpMethod.Post, "serviceName=s&ip=1&port=2&healthy=false&enabled=false");
        Assert.Equal(
            (HttpStatusCode.OK, """{"ips":["1:1_true","1:2_false"]}"""), await _node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}/statuses?key=DEFAULT_GROUP@@s"));
        Assert.Equal((HttpStatusCode.OK, """{"ips":[]}"""), await _node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}/statuses?key=n%23%23DEFAULT_GROUP@@s"));
        Assert.Equal((HttpStatusCode.BadRequest, "Parameter 'key' is missing"), await _node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}/statuses"));
        Assert.Equal(
            (HttpStatusCode.BadRequest, "Param 'serviceName' is illegal, it should be format as 'groupName@@serviceName'"),
            await _node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}/statuses?key=s"));
    }

    private async Task<(double Weight, string Metadata)> ShownAsync()
    {
        (HttpStatusCode status, string text) = await _node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}?{One}");
        Assert.True(status == HttpStatusCode.OK, text);
        JsonElement instance = JsonDocument.Parse(text).RootElement;
        return (instance.GetProperty("weight").GetDouble(),
            string.Join(' ', instance.GetProperty("metadata").EnumerateObject().Select(static pair => $"{pair.Name}={pair.Value.GetString()}")));
    }

    private async Task<string> BatchAsync(HttpMethod method, string query, string? instances = null)
    {
        string suffix = instances is null ? "" : $"&instances={Uri.EscapeDataString(instances)}";
        (HttpStatusCode status, string text) = await _node.SendAsync(method, $"{HttpNode.InstancePath}/metadata/batch?serviceName=s&{query}{suffix}");
        Assert.True(status == HttpStatusCode.OK, text);
        return text;
    }
}
