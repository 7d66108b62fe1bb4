using FastRegistry.Load.Commands;
using FastRegistry.Load.Comparison;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Tests.Reports;

namespace FastRegistry.Load.Tests.Comparison;

public sealed class TransportsTests
{
    private static readonly KernelMemory Slab = new(SocketBufferBytes: 0, SlabBytes: 50_000_000);

    [Fact]
    public void All_sides_are_run_at_20000_heartbeats_a_second_unless_told_otherwise()
    {
        TransportsArguments read = TransportsArguments.Read([]);
        Assert.Equal(["epoll", "sockets", "grpc-shaped"], read.Sides.Select(static side => side.Name));
        Assert.Equal((100_000, 5.0), (read.Settings.Connections, read.Settings.HeartbeatSeconds));
        Assert.Equal(0.3, TransportsArguments.Read(["--connections", "6000"]).Settings.HeartbeatSeconds);
    }

    [Fact]
    public void Sides_are_run_in_the_order_they_are_named_in() =>
        Assert.Equal(["sockets", "epoll"], TransportsArguments.Read(["--sides", "sockets,epoll"]).Sides.Select(static side => side.Name));

    [Fact]
    public void A_side_that_does_not_exist_is_refused_with_those_that_do()
    {
        ArgumentError error = Assert.Throws<ArgumentError>(static () => TransportsArguments.Read(["--sides", "epoll,quic"]));
        Assert.Equal("--sides: 'quic' is not one of epoll, sockets, grpc-shaped", error.Message);
    }

    [Fact]
    public void Memory_is_told_above_the_base_for_each_connection_and_for_all()
    {
        string text = TransportsText.Write(new TransportsReport(SampleReports.Full.Machine, 2, [new TransportSideResult("epoll", Report(losses: false))]));
        Assert.Matches(@"RssAnon above base, each +1,000 B", text);
        Assert.Matches(@"RssAnon above base, all +1\.00 MB", text);
        Assert.Matches(@"managed heap above base, each +600 B", text);
        Assert.Matches(@"kernel slab, both ends, each +9,000 B", text);
        Assert.Contains("every connection was opened, kept and closed", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_side_that_lost_a_connection_fails_the_run()
    {
        TransportsReport report = new(SampleReports.Full.Machine, 2, [new TransportSideResult("epoll", Report(losses: false)), new TransportSideResult("sockets", Report(losses: true))]);
        Assert.False(report.Passed);
        Assert.Contains("FAILED", TransportsText.Write(report), StringComparison.Ordinal);
    }

    private static LoadReport Report(bool losses) => SampleReports.Full with
    {
        Stages = [SampleReports.ClosedStage with { Name = "connect" }],
        Memory =
        [
            new MemoryPoint("start", ManagedHeapBytes: 5_000_000, ResidentAnonymousBytes: 20_000_000, Connections: 0, Slab),
            new MemoryPoint("connect", ManagedHeapBytes: 5_600_000, ResidentAnonymousBytes: 21_000_000, Connections: 1000, Slab with { SlabBytes = 59_000_000 }),
        ],
        Losses = losses ? SampleReports.Full.Losses : [],
        LeftOnServers = 0,
        Interrupted = false,
    };
}
