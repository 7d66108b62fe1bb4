using System.Globalization;
using System.Text.Json;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Tests.Baseline;

[Collection(MeasurementsCollection.Name)]
public sealed class OperatorTests
{
    [Fact]
    public async Task The_ready_line_ends_as_the_product_s_does()
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync();

        Assert.EndsWith(
            $"is ready: clients on 127.0.0.1:{baseline.Host.ClientEndPoint.Port}, HTTP on http://127.0.0.1:{baseline.Host.HttpEndPoint.Port}/", baseline.Host.ReadyLine, StringComparison.Ordinal);
        Assert.Equal("ready", await baseline.Http.GetStringAsync("/health/ready", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Metrics_count_the_baseline_s_own_connections()
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync("--Limits:Connections=77");
        ITargetConnection connection = await baseline.ConnectAsync();
        await BaselineFixture.OkAsync(connection.SubscribeAsync("s", new ReceivedLists()));

        string text = await baseline.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Dictionary<string, double> values = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(static line => line[0] != '#')
            .Select(static line => line.Split(' '))
            .ToDictionary(static parts => parts[0], static parts => double.Parse(parts[1], CultureInfo.InvariantCulture));

        Assert.Equal(1, values["fastregistry_connections"]);
        Assert.Equal(77, values["fastregistry_connections_limit"]);
        Assert.Equal(1, values["fastregistry_subscriptions"]);
        Assert.True(values["fastregistry_cpu_seconds_total"] > 0);
        Assert.True(values["fastregistry_allocated_bytes_total"] > 0);
        Assert.True(values["fastregistry_managed_heap_bytes"] > 0);
        Assert.True(values["fastregistry_resident_anonymous_bytes"] > 0);
        await connection.LeaveAsync();
    }

    [Fact]
    public async Task The_memory_call_answers_as_the_product_s_does()
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync();
        ITargetConnection connection = await baseline.ConnectAsync();

        using HttpResponseMessage response = await baseline.Http.PostAsync("/fastregistry/v1/operator/collect", content: null, TestContext.Current.CancellationToken);
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.True(body.RootElement.GetProperty("managedHeapBytes").GetInt64() > 0, body.RootElement.ToString());
        Assert.True(body.RootElement.GetProperty("residentAnonymousBytes").GetInt64() > 0, body.RootElement.ToString());
        Assert.Equal(1, body.RootElement.GetProperty("connections").GetInt32());
        await connection.LeaveAsync();
    }

    [Fact]
    public async Task A_connection_beyond_the_limit_is_closed()
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync("--Limits:Connections=1");
        ITargetConnection first = await baseline.ConnectAsync();

        await Assert.ThrowsAsync<TargetException>(baseline.ConnectAsync);

        await BaselineFixture.OkAsync(first.HeartbeatAsync());
        await first.LeaveAsync();
    }
}
