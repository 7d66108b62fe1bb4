using System.Net;
using System.Text.Json;
using FastRegistry.Server.Tests.Harness;

namespace FastRegistry.Server.Tests.Http.Pipeline;

public sealed class ContextPathTests
{
    [Theory]
    [InlineData("/nacos", "/nacos")]
    [InlineData("/registry/v.1_x", "/registry/v.1_x")]
    [InlineData("/", "")]
    [InlineData("", "")]
    public async Task Calls_of_Nacos_are_below_it_and_own_ones_are_not(string setting, string root)
    {
        await using HttpNode node = await HttpNode.StartAsync($"--Http:ContextPath={setting}");
        Assert.Equal((HttpStatusCode.OK, "ok"), await node.SendAsync(HttpMethod.Post, $"{root}/v1/ns/instance?serviceName=s&ip=1&port=1"));
        Assert.Equal(HttpStatusCode.OK, (await node.SendAsync(HttpMethod.Get, $"{root}/v2/ns/instance/list?serviceName=s")).Status);
        Assert.Equal(HttpStatusCode.NotImplemented, (await node.SendAsync(HttpMethod.Get, $"{root}/v1/ns/nothing")).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await node.SendAsync(HttpMethod.Delete, $"{root}/v2/ns/instance/list")).Status);
        Assert.Equal((HttpStatusCode.OK, "alive"), await node.SendAsync(HttpMethod.Get, "/health/live"));
        Assert.Equal(HttpStatusCode.NotFound, (await node.SendAsync(HttpMethod.Get, "/elsewhere/v1/ns/instance/list?serviceName=s")).Status);
        JsonElement paths = JsonDocument.Parse((await node.SendAsync(HttpMethod.Get, "/openapi/v1.json")).Text).RootElement.GetProperty("paths");
        Assert.True(paths.TryGetProperty($"{root}/v1/ns/instance", out _));
        Assert.True(paths.TryGetProperty("/metrics", out _));
    }

    [Fact]
    public async Task Another_path_leaves_the_usual_one_empty()
    {
        await using HttpNode node = await HttpNode.StartAsync("--Http:ContextPath=/registry");
        Assert.Equal(HttpStatusCode.NotFound, (await node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}/list?serviceName=s")).Status);
    }
}
