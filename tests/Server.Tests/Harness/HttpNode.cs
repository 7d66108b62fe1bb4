using System.Net;
using System.Text.Json;
using FastRegistry.Server.Hosting;

namespace FastRegistry.Server.Tests.Harness;

/// <summary>A whole server on free ports and an HTTP client for it.</summary>
internal sealed class HttpNode : IAsyncDisposable
{
    public const string InstancePath = "/nacos/v1/ns/instance";

    private HttpNode(ServerHost host)
    {
        Host = host;
        Client = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromSeconds(30) }) { BaseAddress = host.HttpAddress };
    }

    public ServerHost Host { get; }

    public HttpClient Client { get; }

    public static async Task<HttpNode> StartAsync(params string[] args)
    {
        ServerHost host = ServerHost.Create(["--Http:Port=0", "--ClientTransport:Port=0", "--Logging:LogLevel:Default=None", .. args]);
        await host.StartAsync();
        return new HttpNode(host);
    }

    public async Task<(HttpStatusCode Status, string Text)> SendAsync(HttpMethod method, string pathAndQuery, HttpContent? content = null)
    {
        using HttpRequestMessage request = new(method, pathAndQuery) { Content = content };
        using HttpResponseMessage response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>A call that must answer <c>ok</c>.</summary>
    public async Task OkAsync(HttpMethod method, string query, HttpContent? content = null) =>
        Assert.Equal((HttpStatusCode.OK, "ok"), await SendAsync(method, $"{InstancePath}?{query}", content));

    public async Task<JsonElement> ListAsync(string query)
    {
        (HttpStatusCode status, string text) = await SendAsync(HttpMethod.Get, $"{InstancePath}/list?{query}");
        Assert.True(status == HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement;
    }

    public async Task<string[]> ListedAsync(string query) =>
    [
        .. (await ListAsync(query)).GetProperty("hosts").EnumerateArray()
            .Select(static host => $"{host.GetProperty("ip")}:{host.GetProperty("port")}:{host.GetProperty("clusterName")}")
            .Order(StringComparer.Ordinal),
    ];

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.StopAsync(new CancellationToken(canceled: true));
        await Host.DisposeAsync();
    }
}
