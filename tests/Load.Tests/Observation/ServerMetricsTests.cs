using FastRegistry.Load.Commands;
using FastRegistry.Load.Observation;

namespace FastRegistry.Load.Tests.Observation;

public sealed class ServerMetricsTests
{
    private const string Full = """
        # HELP fastregistry_connections Client connections that are open.
        # TYPE fastregistry_connections gauge
        fastregistry_connections 12
        fastregistry_connections_accepted_total 99
        fastregistry_connections_limit 19000
        fastregistry_cpu_seconds_total 3.25
        fastregistry_allocated_bytes_total 1.5E+10
        fastregistry_managed_heap_bytes 400
        fastregistry_resident_anonymous_bytes 500

        """;

    [Fact]
    public void One_look_tells_everything()
    {
        ServerMetrics metrics = ServerMetrics.Parse(Full, "127.0.0.1:1");

        Assert.Equal(new ServerReading(3.25, 15_000_000_000, 12), metrics.Reading);
        Assert.Equal(19_000, metrics.ConnectionsLimit);
        Assert.Equal(400, metrics.ManagedHeapBytes);
        Assert.Equal(500, metrics.ResidentAnonymousBytes);
        Assert.Empty(metrics.Missing);
    }

    [Theory]
    [InlineData("fastregistry_connections")]
    [InlineData("fastregistry_cpu_seconds_total")]
    public void What_no_run_can_do_without_is_named_with_the_server(string name)
    {
        string text = Full.Replace($"\n{name} ", "\nother ", StringComparison.Ordinal);

        CannotRunException reason = Assert.Throws<CannotRunException>(() => ServerMetrics.Parse(text, "127.0.0.1:1"));

        Assert.Contains($"no metric {name} ", reason.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:1", reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_run_can_do_without_counts_as_nothing_and_is_listed()
    {
        ServerMetrics metrics = ServerMetrics.Parse("fastregistry_connections 1\nfastregistry_cpu_seconds_total 2\n", "127.0.0.1:1");

        Assert.Equal(new ServerReading(2, 0, 1), metrics.Reading);
        Assert.Null(metrics.ConnectionsLimit);
        Assert.Contains("fastregistry_allocated_bytes_total", metrics.Missing);
    }

    [Fact]
    public void Several_servers_are_added_up()
    {
        ServerMetrics one = ServerMetrics.Parse(Full, "127.0.0.1:1");

        ServerMetrics sum = ServerMetrics.Sum([one, one]);

        Assert.Equal(new ServerReading(6.5, 30_000_000_000, 24), sum.Reading);
        Assert.Equal(38_000, sum.ConnectionsLimit);
        Assert.Equal(800, sum.ManagedHeapBytes);
        Assert.Null(ServerMetrics.Sum([one, one with { ConnectionsLimit = null }]).ConnectionsLimit);
    }
}
