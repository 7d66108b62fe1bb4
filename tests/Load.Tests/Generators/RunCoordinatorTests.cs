using System.Collections.Immutable;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Tests.Observation;
using FastRegistry.Load.Thresholds;

namespace FastRegistry.Load.Tests.Generators;

/// <summary>Whole runs with generator loops in this process and servers that are only an HTTP side.</summary>
public sealed class RunCoordinatorTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly FakeServer _server = new();
    private readonly RecordingConsole _console = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stages_run_in_order_with_memory_around_them()
    {
        // A reading is made expensive, so that one that is charged to a stage cannot be overlooked.
        _server.CpuPerReading = 1000;
        _server.CpuPerSecond = 0.5;
        FakePlan Plan() => new(
            FakePlan.Stage("connect", TimeSpan.FromSeconds(1)) with { CollectAfter = true },
            FakePlan.Stage("query", TimeSpan.FromSeconds(1)))
        {
            Losses = [new FailureCount("reset", 2)],
        };

        LoadReport report = await RunAsync(Plan, generators: 2, interrupted: Cancelled);

        Assert.Equal(["memory start", "starting connect", "done connect", "memory connect", "starting query", "done query"], _console.Lines);
        Assert.Equal(["connect", "query"], report.Stages.Select(static stage => stage.Name));
        Assert.Equal(["start", "connect"], report.Memory.Select(static point => point.When));
        Assert.Equal(2, report.Generators);
        Assert.Equal([new FailureCount("reset", 4)], report.Losses);
        Assert.All(report.Stages, static stage =>
        {
            Assert.True(stage.Iterations.Ok >= 2, "both generators' iterations count");
            Assert.InRange(stage.Cost.ServerCpuSeconds, 0.4, 500);
            Assert.True(stage.Cost.Seconds > 0, "no time passed");
            Assert.Null(stage.AskedPerSecond);
        });
        Assert.Equal(0, report.LeftOnServers);
        Assert.Equal("4 losses, 0 left", Assert.Single(report.Thresholds).Text);
        Assert.True(report.Passed);
    }

    [Fact]
    public async Task An_interruption_ends_the_stage_skips_the_others_and_still_reports()
    {
        using CancellationTokenSource interrupted = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        Task<LoadReport> run = RunAsync(static () => new FakePlan(FakePlan.Stage("long", Long), FakePlan.Stage("never", Long)), 2, interrupted.Token);
        await _console.Running.Task.WaitAsync(Soon, Cancelled);

        await interrupted.CancelAsync();
        LoadReport report = await run.WaitAsync(Soon, Cancelled);

        Assert.True(report.Interrupted);
        Assert.False(report.Passed);
        Assert.Equal(["long"], report.Stages.Select(static stage => stage.Name));
        Assert.NotEmpty(report.Timeline);
    }

    [Fact]
    public async Task A_server_that_is_gone_ends_the_run_at_once_by_its_name()
    {
        Task<LoadReport> run = RunAsync(static () => new FakePlan(FakePlan.Stage("long", Long)), 1, Cancelled);
        await _console.Running.Task.WaitAsync(Soon, Cancelled);

        _server.Vanish();

        CannotRunException reason = await Assert.ThrowsAsync<CannotRunException>(() => run.WaitAsync(Soon, Cancelled));
        Assert.Contains("127.0.0.1:1000", reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_that_stay_on_the_servers_are_reported()
    {
        _server.Connections = 10;

        LoadReport report = await RunAsync(
            () => new FakePlan(FakePlan.Stage("leak", TimeSpan.FromSeconds(1), (_, _) =>
            {
                _server.Connections = 13;
                return Task.CompletedTask;
            })),
            generators: 1,
            interrupted: Cancelled);

        Assert.Equal(3, report.LeftOnServers);
    }

    [Fact]
    public async Task What_a_server_does_not_give_back_fails_the_run()
    {
        const string Gauges = "fastregistry_clients 0\nfastregistry_wheel_entries ";
        _server.Extra = Gauges + "7\n";

        LoadReport report = await RunAsync(
            () => new FakePlan(FakePlan.Stage("churn", TimeSpan.FromSeconds(1), (_, _) =>
            {
                _server.Extra = Gauges + "8\n";
                return Task.CompletedTask;
            }) with
            { WatchRest = true }),
            generators: 1,
            interrupted: Cancelled);

        Assert.False(report.Passed);
        Assert.Equal(1, report.Rest!.Failed);
        RestRow wheel = report.Rest.Rows.Single(static row => row.Name == "wheel entries");
        Assert.Equal((7, 8, false), (wheel.Values[0], wheel.Values[^1], wheel.Held));
    }

    [Fact]
    public async Task A_server_that_takes_its_time_to_come_to_rest_is_waited_for()
    {
        const string Gauge = "fastregistry_wheel_entries ";
        _server.Extra = Gauge + "7\n";
        _console.Noted = text =>
        {
            if (text.Contains("come to rest", StringComparison.Ordinal))
            {
                _ = Task.Delay(1000, Cancelled).ContinueWith(_ => _server.Extra = Gauge + "7\n", Cancelled);
            }
        };

        LoadReport report = await RunAsync(
            () => new FakePlan(FakePlan.Stage("churn", TimeSpan.FromSeconds(1), (_, _) =>
            {
                _server.Extra = Gauge + "8\n";
                return Task.CompletedTask;
            }) with
            { WatchRest = true }),
            generators: 1,
            interrupted: Cancelled,
            restWithin: Soon);

        Assert.True(report.Passed);
        Assert.Equal(0, report.Rest!.Failed);
    }

    [Fact]
    public async Task A_metric_the_servers_lack_is_noted()
    {
        _server.Extra = "";

        await RunAsync(static () => new FakePlan(FakePlan.Stage("first", TimeSpan.FromSeconds(1))), 1, Cancelled);

        Assert.Contains(_console.Lines, static line => line.StartsWith("note", StringComparison.Ordinal) && line.Contains("fastregistry_allocated_bytes_total", StringComparison.Ordinal));
    }

    private async Task<LoadReport> RunAsync(Func<FakePlan> plan, int generators, CancellationToken interrupted, TimeSpan? restWithin = null)
    {
        await using GeneratorGroup group = new([.. Enumerable.Range(0, generators).Select(_ => new LocalGenerator((_, _) => plan()).Link)]);
        using ServerFleet fleet = ServerFleetTests.FleetOf(_server);
        RunCoordinator coordinator = new(LocalGenerator.Settings, group, fleet, _console, Evaluate)
        {
            ConnectionsGoneWithin = TimeSpan.FromMilliseconds(200),
            RestWithin = restWithin ?? TimeSpan.FromMilliseconds(500),
        };
        return await coordinator.RunAsync(interrupted);
    }

    private static ImmutableArray<ThresholdResult> Evaluate(IReadOnlyList<StageReport> stages, int losses, int left) =>
        [new ThresholdResult($"{losses} losses, {left} left", 0, Held: true)];
}
