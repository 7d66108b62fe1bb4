using System.Net;
using FastRegistry.Server.Tests.Control;

namespace FastRegistry.Server.Tests.Http.Admission;

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
}
