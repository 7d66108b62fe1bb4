using System.Collections.Immutable;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Restore;

namespace FastRegistry.Load.Comparison;

/// <summary>Every figure the project has set itself a goal for (docs/benchmarks.md), in the order of that list.</summary>
internal static class ComparisonRows
{
    private const string EachSubscriber = "each subscriber";
    private const string LastSubscriber = "last subscriber";
    private const string OneHundred = "100 subscribers";
    private const string OneThousand = "1000 subscribers";
    private const string TenThousand = "10000 subscribers";

    public static ImmutableArray<ComparisonRow> All { get; } =
    [
        new("connect + set-up, server CPU", "us", static s => s.Stage(Measurements.Connections, "connect")?.ServerCpuMicroseconds, 40),
        new("connect + set-up, rate", "/s", static s => s.Stage(Measurements.Connections, "connect")?.Iterations.PerSecond, 18_000) { MoreIsBetter = true },
        new("heartbeat, 5,000/s over 5,000 connections, server CPU", "us", static s => s.Stage(Measurements.Connections, "heartbeats")?.ServerCpuMicroseconds, 20),
        new("heartbeat, 5,000/s over 5,000 connections, p99", "us", static s => s.Stage(Measurements.Connections, "heartbeats")?.Iterations.Latency.P99Microseconds),
        new("heartbeat, 20,000/s over 100,000 connections, server CPU", "us", static s => s.Stage(Measurements.Many, "heartbeats")?.ServerCpuMicroseconds, 20),
        new("heartbeat, 20,000/s over 100,000 connections, p99", "us", static s => s.Stage(Measurements.Many, "heartbeats")?.Iterations.Latency.P99Microseconds, 500),
        new("query, 10 instances, 20,000/s on 8 connections, server CPU", "us", static s => s.Stage(Measurements.QueryRate, "query")?.ServerCpuMicroseconds),
        new("query, 10 instances, 8 x 8 outstanding, server CPU", "us", static s => s.Stage(Measurements.QueryFull, "query")?.ServerCpuMicroseconds, 1.8),
        new("query, 10 instances, 8 x 8 outstanding, rate", "/s", static s => s.Stage(Measurements.QueryFull, "query")?.Iterations.PerSecond) { MoreIsBetter = true, RatioGoal = 4 },
        new("register (a change), 10,000/s on 8 connections, server CPU", "us", static s => s.Stage(Measurements.RegisterRate, "register")?.ServerCpuMicroseconds),
        new("register (a change), 8 x 8 outstanding, server CPU", "us", static s => s.Stage(Measurements.RegisterFull, "register")?.ServerCpuMicroseconds, 4),
        new("register (a change), 8 x 8 outstanding, rate", "/s", static s => s.Stage(Measurements.RegisterFull, "register")?.Iterations.PerSecond) { MoreIsBetter = true, RatioGoal = 3 },
        new("delivery of a 1 KB change to 10,000, server CPU each", "us", static s => DeliveryCost(s, TenThousand, static cost => cost.ServerCpuSeconds * 1e6), 12),
        new("delivery of a 1 KB change, last byte of 10,000", "ms", static s => s.Step(Measurements.Push, TenThousand, LastSubscriber)?.Latency.P50Microseconds / 1000, 115),
        new("anonymous memory per idle, set-up connection", "B", static s => PerConnection(s, Measurements.Connections, static memory => memory.ResidentAnonymousBytes), 1024),
        new("managed heap per idle, set-up connection", "B", static s => PerConnection(s, Measurements.Connections, static memory => memory.ManagedHeapBytes)),
        new("anonymous memory above base, 100,000 idle connections, 6 processes", "MB", static s => AboveBase(s, Measurements.Many), 150),
        new("100,000 in-memory sessions in one process: heap each; idle wheel", "B", static _ => null) { Missing = "run load connections --transport memory" },
        new("1,000,000 instances with two metadata pairs, managed heap each", "B", static s => PerInstance(s), 450),
        new("allocated per heartbeat on the server", "B", static s => s.Stage(Measurements.Connections, "heartbeats")?.ServerAllocatedBytes, 0),
        new("allocated per query on the server", "B", static s => s.Stage(Measurements.QueryFull, "query")?.ServerAllocatedBytes, 0),
        new("allocated per push delivery on the server, 10,000 subscribers", "B", static s => DeliveryCost(s, TenThousand, static cost => cost.ServerAllocatedBytes), 0),
        new("allocated per ack on the server", "B", static _ => null) { Missing = "a test holds it at 0; not separable here, one push in 64 is acknowledged" },
        new("change -> subscriber, 100 subscribers, p50", "us", static s => s.Step(Measurements.Push, OneHundred, EachSubscriber)?.Latency.P50Microseconds, 1000),
        new("change -> subscriber, 100 subscribers, p99", "us", static s => s.Step(Measurements.Push, OneHundred, EachSubscriber)?.Latency.P99Microseconds, 5000),
        new("change -> last of 1,000 subscribers, p50", "ms", static s => s.Step(Measurements.Push, OneThousand, LastSubscriber)?.Latency.P50Microseconds / 1000, 15),
        new("500 clients come back to a restarted node, last list of 10,000 since ready", "ms", static s => s.Restore?.Part(RestorePartNames.Restart)?.WholeSinceReady?.Last),
        new("500 clients come back to a restarted node, bytes of the node", "MB", static s => s.Restore?.Part(RestorePartNames.Restart)?.Bytes / 1e6),
        new("500 clients come back to a restarted node, peak resident memory", "MB", static s => s.Restore?.Part(RestorePartNames.Restart)?.PeakResidentBytes / 1e6),
        new("500 clients drop their connections and have all lists, bytes of the node", "MB", static s => s.Restore?.Part(RestorePartNames.Held)?.Bytes / 1e6),
        new("change -> subscriber on another node", "ms", static _ => null) { Missing = "comes with the cluster" },
        new("ready after start of the process", "ms", static s => s.ReadyMilliseconds, 1000),
    ];

    private static double? DeliveryCost(SideResults side, string stageName, Func<StageCost, double> cost) =>
        side.Stage(Measurements.Push, stageName) is { } stage && stage.Steps.FirstOrDefault(static step => step.Name == EachSubscriber) is { Ok: > 0 } deliveries
            ? cost(stage.Cost) / deliveries.Ok
            : null;

    private static double? PerConnection(SideResults side, string measurement, Func<MemoryPoint, long> bytes)
    {
        (MemoryPoint Before, MemoryPoint After)? points = Points(side, measurement, "connect");
        return points is { } pair && pair.After.Connections > pair.Before.Connections
            ? (double)(bytes(pair.After) - bytes(pair.Before)) / (pair.After.Connections - pair.Before.Connections)
            : null;
    }

    private static double? AboveBase(SideResults side, string measurement) => Points(side, measurement, "connect") is { } pair
        ? (pair.After.ResidentAnonymousBytes - pair.Before.ResidentAnonymousBytes) / 1e6
        : null;

    private static double? PerInstance(SideResults side)
    {
        LoadReport? report = side.Find(Measurements.Instances);
        MemoryPoint? before = report?.Memory.FirstOrDefault(static point => point.When == "connect");
        MemoryPoint? after = report?.Memory.FirstOrDefault(static point => point.When == "fill");
        long instances = report?.Stages.FirstOrDefault(static stage => stage.Name == "fill")?.Iterations.Ok ?? 0;
        return before is not null && after is not null && instances > 0 ? (double)(after.ManagedHeapBytes - before.ManagedHeapBytes) / instances : null;
    }

    private static (MemoryPoint Before, MemoryPoint After)? Points(SideResults side, string measurement, string after)
    {
        LoadReport? report = side.Find(measurement);
        MemoryPoint? last = report?.Memory.FirstOrDefault(point => point.When == after);
        return report is not null && last is not null ? (report.Memory[0], last) : null;
    }
}
