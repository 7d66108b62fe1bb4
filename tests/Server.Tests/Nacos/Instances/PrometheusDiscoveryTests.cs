using System.Net;
using System.Text.Json;
using FastRegistry.Server.Tests.Http;

namespace FastRegistry.Server.Tests.Nacos.Instances;

public sealed class PrometheusDiscoveryTests : IAsyncLifetime
{
    private readonly SharedNode _node = new();

    public ValueTask InitializeAsync() => _node.InitializeAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Every_instance_is_a_target_with_its_metadata_as_labels()
    {
        await _node.AnswersAsync("GET /prometheus", "[]");
        await _node.CallAsync("POST /v1/ns/instance?serviceName=s&namespaceId=one&ip=1.1.1.1&port=8080&healthy=false&enabled=false&metadata=my.key=v,my-key=w,b=c");
        await _node.CallAsync("POST /v1/ns/instance?serviceName=t&groupName=g&namespaceId=one&ip=1.1.1.2&port=80&clusterName=east");
        const string First = """{"targets":["1.1.1.1:8080"],"labels":{"__meta_clusterName":"DEFAULT","my_key":"v","b":"c"}}""";
        const string Second = """{"targets":["1.1.1.2:80"],"labels":{"__meta_clusterName":"east"}}""";
        await _node.AnswersAsync("GET /prometheus/namespaceId/one/service/s", $"[{First}]");
        await _node.AnswersAsync("GET /prometheus/namespaceId/one/service/t", $"[{Second}]");
        Assert.Contains((await _node.CallAsync("GET /prometheus/namespaceId/one")).Text, new[] { $"[{First},{Second}]", $"[{Second},{First}]" });
        Assert.Contains((await _node.CallAsync("GET /prometheus")).Text, new[] { $"[{First},{Second}]", $"[{Second},{First}]" });
        await _node.AnswersAsync("GET /prometheus/namespaceId/two", "[]");
        await _node.AnswersAsync("GET /prometheus/namespaceId/one/service/u", "[]");
        Assert.Equal(HttpStatusCode.BadRequest, (await _node.CallAsync("GET /prometheus/namespaceId/a.b")).Status);
    }

    [Fact]
    public async Task Many_targets_are_one_valid_array()
    {
        for (int i = 0; i < 300; i++)
        {
            await _node.AnswersAsync($"POST /v1/ns/instance?serviceName=many&ip=1.1.1.1&port={i}&metadata=long={new string('x', 900)}", "ok");
        }

        Assert.Equal(300, JsonDocument.Parse((await _node.CallAsync("GET /prometheus")).Text).RootElement.GetArrayLength());
    }
}
