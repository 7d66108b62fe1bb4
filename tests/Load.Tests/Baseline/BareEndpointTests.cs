using FastRegistry.Load.Baseline.Bare;
using FastRegistry.Load.Tests.Targets.Harness;

namespace FastRegistry.Load.Tests.Baseline;

public sealed class BareEndpointTests
{
    private const string Query = "serviceName=DEFAULT_GROUP%40%40s&ip=10.0.0.1&port=8080";

    [Fact]
    public async Task Status_headers_and_bytes_are_the_product_s()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using BareHost bare = await StartBareAsync();
        using HttpClient product = new() { BaseAddress = server.Host.HttpAddress };
        using HttpClient endpoint = new() { BaseAddress = new Uri($"http://{bare.EndPoint}") };

        await AssertSameAsync(product, endpoint, HttpMethod.Post, $"/nacos/v1/ns/instance?{Query}");
        await AssertSameAsync(product, endpoint, HttpMethod.Put, $"/nacos/v1/ns/instance/beat?{Query}");
        byte[] list = await product.GetByteArrayAsync("/nacos/v1/ns/instance/list?serviceName=s", TestContext.Current.CancellationToken);
        using ByteArrayContent upload = new(list);
        using HttpResponseMessage taken = await endpoint.PostAsync("/bare/list", upload, TestContext.Current.CancellationToken);
        taken.EnsureSuccessStatusCode();
        Assert.Equal(list, await endpoint.GetByteArrayAsync("/nacos/v1/ns/instance/list?serviceName=s", TestContext.Current.CancellationToken));
        await AssertSameAsync(product, endpoint, HttpMethod.Get, "/nacos/v1/ns/instance/list?serviceName=s", bodies: false);
    }

    [Fact]
    public async Task It_tells_what_the_load_tool_asks_and_knows_nothing_else()
    {
        await using BareHost bare = await StartBareAsync();
        using HttpClient endpoint = new() { BaseAddress = new Uri($"http://{bare.EndPoint}") };

        string metrics = await endpoint.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.All(["cpu_seconds_total", "allocated_bytes_total", "connections"], name => Assert.Contains($"fastregistry_{name} ", metrics, StringComparison.Ordinal));
        using HttpResponseMessage other = await endpoint.GetAsync("/nacos/v1/ns/instance", TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, other.StatusCode);
        Assert.EndsWith($"is ready: clients on {bare.EndPoint}, HTTP on http://{bare.EndPoint}/", bare.ReadyLine, StringComparison.Ordinal);
    }

    private static async Task<BareHost> StartBareAsync()
    {
        BareHost bare = BareHost.Create(["--Http:Port=0", "--ClientTransport:Port=0", "--Node:Id=bare-under-test", "--Logging:LogLevel:Default=None"]);
        await bare.StartAsync(TestContext.Current.CancellationToken);
        return bare;
    }

    private static async Task AssertSameAsync(HttpClient product, HttpClient endpoint, HttpMethod method, string path, bool bodies = true)
    {
        (string expectedHeaders, string expectedBody) = await AskAsync(product, method, path);
        (string headers, string body) = await AskAsync(endpoint, method, path);
        Assert.Equal(expectedHeaders, headers);
        Assert.Equal(bodies ? expectedBody : body, body);
    }

    private static async Task<(string Headers, string Body)> AskAsync(HttpClient client, HttpMethod method, string path)
    {
        using HttpRequestMessage request = new(method, path);
        using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        // The date is there on both sides, and the time of neither.
        IEnumerable<string> headers = response.Headers.Concat<KeyValuePair<string, IEnumerable<string>>>(response.Content.Headers)
            .Select(static header => header.Key == "Date" ? "Date" : $"{header.Key}: {string.Join(',', header.Value)}")
            .Order(StringComparer.Ordinal);
        return ($"{(int)response.StatusCode} {string.Join(" | ", headers)}", body);
    }
}
