using System.Net;
using FastRegistry.Server.Tests.Harness;

namespace FastRegistry.Server.Tests.Http.Pipeline;

/// <summary>A request with an exact path does not go through routing; every other spelling must be answered the same.</summary>
public sealed class ExactRoutesTests
{
    [Theory]
    [InlineData("/nacos/v1/ns/instance/list?serviceName=s")]
    [InlineData("/NACOS/v1/ns/Instance/LIST?serviceName=s")]
    [InlineData("/nacos/v1/ns/instance/list/?serviceName=s")]
    [InlineData("/nacos/v1/ns/instance/%6Cist?serviceName=s")]
    public async Task Every_spelling_of_a_path_reaches_its_endpoint(string path)
    {
        await using HttpNode node = await HttpNode.StartAsync();

        (HttpStatusCode status, string text) = await node.SendAsync(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("DEFAULT_GROUP@@s", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Methods_of_one_path_reach_their_own_endpoints_and_another_method_none()
    {
        await using HttpNode node = await HttpNode.StartAsync();

        await node.OkAsync(HttpMethod.Post, "serviceName=s&ip=10.0.0.1&port=8080");
        Assert.Contains("10.0.0.1", (await node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}?serviceName=s&ip=10.0.0.1&port=8080")).Text, StringComparison.Ordinal);
        await node.OkAsync(HttpMethod.Delete, "serviceName=s&ip=10.0.0.1&port=8080");
        Assert.Equal(HttpStatusCode.NotImplemented, (await node.SendAsync(HttpMethod.Options, $"{HttpNode.InstancePath}/list?serviceName=s")).Status);
    }
}
