using FastRegistry.Load.Observation;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Thresholds;

namespace FastRegistry.Load.Tests.Reports;

/// <summary>Reports made by hand.</summary>
internal static class SampleReports
{
    public static LatencySummary Latency(double microseconds) => new(
        Count: 1000,
        MinimumMicroseconds: microseconds,
        MeanMicroseconds: microseconds * 2,
        P50Microseconds: microseconds * 3,
        P75Microseconds: microseconds * 4,
        P90Microseconds: microseconds * 5,
        P95Microseconds: microseconds * 6,
        P99Microseconds: microseconds * 7,
        P999Microseconds: microseconds * 8,
        P9999Microseconds: microseconds * 9,
        MaximumMicroseconds: microseconds * 10);

    /// <summary>Nothing measured at all.</summary>
    public static LatencySummary NoLatency { get; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    public static StageReport ClosedStage { get; } = new(
        "open",
        "connect",
        "iterations_for_constant copies=64 iterations=1000",
        Seconds: 0.5,
        AskedPerSecond: null,
        StartedPerSecond: null,
        new StepReport("open", Ok: 1000, Failed: 0, PerSecond: 2000, Bytes: 0, Latency(5), FromIntended: null, StartLateness: null, []),
        Steps: [],
        new StageCost(Seconds: 0.5, ServerCpuSeconds: 0.1, OwnCpuSeconds: 0.05, ServerAllocatedBytes: 2_048_000));

    public static StageReport OpenStage { get; } = new(
        "query",
        "query",
        "inject rate=100 interval=1s during=10s",
        Seconds: 10,
        AskedPerSecond: 100,
        StartedPerSecond: 99.5,
        new StepReport(
            "query",
            Ok: 990,
            Failed: 5,
            PerSecond: 99,
            Bytes: 2_027_520,
            Latency(100),
            FromIntended: Latency(200),
            StartLateness: Latency(0.5),
            [new FailureCount("connection lost", 4), new FailureCount("refused, try later", 1)]),
        Steps: [new StepReport("arrival", Ok: 0, Failed: 2, PerSecond: 0, Bytes: 0, NoLatency, FromIntended: null, StartLateness: null, [new FailureCount("late", 2)])],
        new StageCost(Seconds: 10, ServerCpuSeconds: 0.0198, OwnCpuSeconds: 0.0099, ServerAllocatedBytes: 475_200));

    public static LoadReport Full { get; } = new(
        new RunSettings
        {
            ClientTransport = ClientTransport.Sockets,
            Scenario = "query",
            Servers = [new ServerAddress("127.0.0.1:7848", "127.0.0.1:8848")],
            Connections = 1000,
            Rate = 100,
            DuringSeconds = 10,
            WarmUpSeconds = 0.5,
        },
        new Machine(Processors: 2, "Debian 12", ".NET 10.0.12", OpenFileLimit: 20_000, PortsPerSource: 28_232),
        Generators: 2,
        [ClosedStage, OpenStage],
        [
            new MemoryPoint("start", 1_048_576, 20_971_520, 0, new KernelMemory(4096, 104_857_600)),
            new MemoryPoint("open", 2_798_576, 23_071_520, 1000, new KernelMemory(8192, 109_857_600)),
        ],
        [new TimelinePoint("query", 1, 99, 1, 0.002, 1_048_576, 20_971_520, 1000)],
        [new FailureCount("closed by the server", 3)],
        LeftOnServers: 1,
        [new ThresholdResult("query p99 < 1ms", 0.7, Held: true), new ThresholdResult("arrival p50 < 5ms", Found: null, Held: false)],
        Interrupted: false);
}
