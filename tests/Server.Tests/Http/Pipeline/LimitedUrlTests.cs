using System.Net;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Tests;

namespace FastRegistry.Server.Tests.Http.Pipeline;

public sealed class LimitedUrlTests
{
    [Fact]
    public async Task A_url_with_a_limited_prefix_is_answered_with_the_status_and_nothing_else()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        node.Host.Node.Switch("limitedUrlMap", "/nacos/v1/ns/instance/list?serviceName=a:403,/nacos/v1/ns/instance/beat:429");
        Assert.Equal((HttpStatusCode.Forbidden, ""), await node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}/list?serviceName=ab"));
        Assert.Equal((HttpStatusCode.TooManyRequests, ""), await node.SendAsync(HttpMethod.Put, $"{HttpNode.InstancePath}/beat?serviceName=s"));
        Assert.Equal(HttpStatusCode.OK, (await node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}/list?serviceName=b")).Status);
        await node.OkAsync(HttpMethod.Post, "serviceName=a&ip=1&port=1");
    }

    [Theory]
    [InlineData("/nacos/v1/ns/%69nstance/beat?serviceName=s")]
    [InlineData("/nacos/v1/NS/Instance/beat")]
    [InlineData("/nacos/v1/core/../ns/instance/beat")]
    [InlineData("http://registry.example/nacos/v1/ns/instance/beat")]
    [InlineData("/nacos/v1/ns/instance/beat?serviceName=s")]
    public async Task Another_spelling_of_a_path_is_no_way_around_its_limit(string target)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        node.Host.Node.Switch("limitedUrlMap", "/nacos/v1/ns/instance/beat:429");
        Assert.StartsWith("HTTP/1.1 429 ", await RawRequest.SendAsync(node.Host.HttpAddress, $"PUT {target} HTTP/1.1\r\nHost: registry.example\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_in_a_limited_query_have_a_case()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        node.Host.Node.Switch("limitedUrlMap", "/nacos/v1/ns/instance/list?serviceName=a:403");
        Assert.Equal(HttpStatusCode.OK, (await node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}/list?serviceName=A")).Status);
    }
}
