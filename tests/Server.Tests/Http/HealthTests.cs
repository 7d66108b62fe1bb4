using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Server.Tests.Http;

public sealed partial class HealthTests
{
    [Fact]
    public async Task A_running_node_is_alive_and_ready()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Assert.Equal((HttpStatusCode.OK, "alive"), await node.SendAsync(HttpMethod.Get, "/health/live"));
        Assert.Equal((HttpStatusCode.OK, "ready"), await node.SendAsync(HttpMethod.Get, "/health/ready"));
    }

    [Fact]
    public async Task A_stopping_node_is_alive_and_not_ready_and_its_drain_ends_when_clients_leave()
    {
        await using HttpNode node = await HttpNode.StartAsync("--Deadlines:Drain=00:00:30");
        using TcpClient socket = new();
        await socket.ConnectAsync(node.Host.Node.ClientEndPoint!, TestContext.Current.CancellationToken);
        byte[] hello = [.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 1, RawClient.NewSetup())];
        await socket.GetStream().WriteAsync(hello, TestContext.Current.CancellationToken);
        byte[] buffer = new byte[4096];
        Assert.True(await socket.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken) > 0);

        Task stopping = node.Host.StopAsync(TestContext.Current.CancellationToken);
        int length = await socket.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken);
        Assert.True(length > FrameHeader.Size);
        Assert.Equal(FrameKind.GoAway, FrameHeader.Read(buffer, out _).Kind);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "stopping"), await node.SendAsync(HttpMethod.Get, "/health/ready"));
        Assert.Equal((HttpStatusCode.OK, "alive"), await node.SendAsync(HttpMethod.Get, "/health/live"));
        Assert.False(stopping.IsCompleted);
        socket.Close();
        await stopping.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Metrics_parse_as_Prometheus_text()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.OkAsync(HttpMethod.Post, "serviceName=s&ip=1&port=1");
        using HttpResponseMessage response = await node.Client.GetAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        string[] lines = (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).TrimEnd('\n').Split('\n');
        Dictionary<string, double> values = [];
        for (int i = 0; i < lines.Length; i += 3)
        {
            string name = lines[i + 2].Split(' ')[0];
            Assert.Matches(MetricName(), name);
            Assert.StartsWith($"# HELP {name} ", lines[i], StringComparison.Ordinal);
            Assert.Contains(lines[i + 1], new[] { $"# TYPE {name} counter", $"# TYPE {name} gauge" });
            values.Add(name, double.Parse(lines[i + 2].Split(' ')[1], CultureInfo.InvariantCulture));
        }

        Assert.Equal(1, values["fastregistry_publications"]);
        Assert.Equal(1, values["fastregistry_services"]);
        Assert.Equal(0, values["fastregistry_connections"]);
    }

    [Fact]
    public async Task The_operator_call_tells_the_memory()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        (HttpStatusCode status, string text) = await node.SendAsync(HttpMethod.Post, "/fastregistry/v1/operator/collect");
        Assert.Equal(HttpStatusCode.OK, status);
        JsonElement body = JsonDocument.Parse(text).RootElement;
        Assert.True(body.GetProperty("managedHeapBytes").GetInt64() > 0);
        Assert.True(body.GetProperty("residentAnonymousBytes").GetInt64() > 0);
        Assert.Equal(0, body.GetProperty("connections").GetInt32());
    }

    [GeneratedRegex("^[a-z_:][a-z0-9_:]*$")]
    private static partial Regex MetricName();
}
