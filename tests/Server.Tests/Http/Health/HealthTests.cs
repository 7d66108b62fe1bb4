using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Server.Tests.Http.Health;

public sealed partial class HealthTests
{
    private static readonly string[] Parts = ["_bucket", "_sum", "_count"];

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
        HashSet<string> names = [];
        string name = "";
        bool isHistogram = false;
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("# HELP ", StringComparison.Ordinal))
            {
                name = lines[i].Split(' ')[2];
                Assert.True(names.Add(name), $"{name} comes twice");
                Assert.Contains(lines[++i], new[] { $"# TYPE {name} counter", $"# TYPE {name} gauge", $"# TYPE {name} histogram" });
                isHistogram = lines[i].EndsWith(" histogram", StringComparison.Ordinal);
                continue;
            }

            Match figure = Figure().Match(lines[i]);
            bool isPart = isHistogram && Parts.Any(part => figure.Groups["name"].Value == name + part);
            Assert.True(figure.Success && (isPart || (!isHistogram && figure.Groups["name"].Value == name)), lines[i]);
            values.Add(figure.Groups["name"].Value + figure.Groups["labels"].Value, double.Parse(figure.Groups["value"].Value, CultureInfo.InvariantCulture));
        }

        Assert.Equal(0, values["fastregistry_change_to_ack_seconds_bucket{le=\"0.00025\"}"]);
        Assert.Equal(0, values["fastregistry_change_to_ack_seconds_bucket{le=\"+Inf\"}"]);
        Assert.Equal(0, values["fastregistry_change_to_ack_seconds_count"]);
        Assert.Equal(1, values["fastregistry_publications"]);
        Assert.Equal(1, values["fastregistry_services"]);
        Assert.Equal(0, values["fastregistry_connections"]);
        Assert.Equal(1, values["fastregistry_events_published_total{kind=\"InstanceRegistered\"}"]);
        Assert.Equal(0, values["fastregistry_events_dropped_total{observer=\"ring\"}"]);
        Assert.Equal(1, values["nacos_monitor{module=\"naming\",name=\"serviceCount\"}"]);
        Assert.Equal(1, values["nacos_monitor{module=\"naming\",name=\"ipCount\"}"]);
        Assert.Equal(0, values["nacos_monitor{module=\"naming\",name=\"subscriberCount\"}"]);
        Assert.Equal(0, values["nacos_monitor{module=\"core\",name=\"longConnection\"}"]);
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

    [GeneratedRegex("^(?<name>[a-z_:][a-z0-9_:]*)(?<labels>\\{[a-z]+=\"[A-Za-z0-9.+]+\"(,[a-z]+=\"[A-Za-z]+\")*\\})? (?<value>[0-9.E+-]+)$")]
    private static partial Regex Figure();
}
