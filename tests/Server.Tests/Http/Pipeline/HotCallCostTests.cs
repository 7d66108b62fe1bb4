using FastRegistry.Server.Hosting;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Tests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRegistry.Server.Tests.Http.Pipeline;

/// <summary>The calls that come all the time, from the first step of the pipeline to the last byte of the answer, with a listener that costs nothing.</summary>
public sealed class HotCallCostTests
{
    private const int Rounds = 1000;

    [Theory]
    [InlineData("PUT", "/nacos/v1/ns/instance/beat", "?app=unknown&serviceName=DEFAULT_GROUP%40%40s&namespaceId=public&port=8080&clusterName=DEFAULT&ip=10.0.0.1")]
    [InlineData("GET", "/nacos/v1/ns/instance/list", "?app=unknown&healthyOnly=false&namespaceId=public&clientIP=127.0.0.1&serviceName=DEFAULT_GROUP%40%40s&udpPort=0&clusters=")]
    [InlineData("GET", "/nacos/v2/ns/instance/list", "?namespaceId=public&serviceName=s")]
    public async Task A_beat_and_a_list_allocate_nothing(string method, string path, string query)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.OkAsync(HttpMethod.Post, "serviceName=s&ip=10.0.0.1&port=8080");
        await node.ListAsync("serviceName=s");
        RequestDelegate pipeline = Pipeline(node.Host);
        FreeListener listener = new(method, path, query);
        DefaultHttpContext context = new(listener);
        AllocationGate.AssertNothing(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                listener.Begin();
                context.Initialize(listener);
                Assert.True(pipeline(context).IsCompletedSuccessfully);
            }
        });

        Assert.Equal((StatusCodes.Status200OK, "application/json; charset=utf-8"), (listener.StatusCode, listener.ContentType));
        Assert.True(listener.WrittenBytes > 50 && listener.WrittenBytes == listener.ContentLength, $"{listener.WrittenBytes} of {listener.ContentLength}");
    }

    /// <summary>As the host puts it together, but for what comes with the framework.</summary>
    private static RequestDelegate Pipeline(ServerHost host)
    {
        ExactRoutes routes = new();
        routes.Fill([host.Services.GetRequiredService<EndpointDataSource>()]);
        HttpAdmission admission = new(static context => context.GetEndpoint()!.RequestDelegate!(context), host.Node.Switches, host.Node.Admission);
        return new HttpFaults(routes.Before(admission.InvokeAsync), NullLogger<HttpFaults>.Instance).InvokeAsync;
    }
}
