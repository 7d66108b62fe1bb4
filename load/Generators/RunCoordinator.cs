using System.Collections.Immutable;
using System.Diagnostics;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Thresholds;

namespace FastRegistry.Load.Generators;

/// <summary>Takes generators through the stages of a plan, reads the servers around them, and makes the report. Makes no load itself.</summary>
/// <remarks>One per run; <see cref="RunAsync"/> once. It is one flow of calls; only the sampling of a stage's timeline goes on beside it. Generators and
/// fleet belong to the caller. An interruption is passed on to the generators, which end early; the run then goes its ordinary way, only shorter.</remarks>
/// <param name="evaluate">Thresholds from stages, losses, and connections left on servers.</param>
internal sealed class RunCoordinator(
    RunSettings settings,
    GeneratorGroup generators,
    ServerFleet fleet,
    IRunConsole console,
    Func<IReadOnlyList<StageReport>, int, int, ImmutableArray<ThresholdResult>> evaluate)
{
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(60);

    // Completion time-outs of scenarios are well below.
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CleanWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ConnectionsPause = TimeSpan.FromMilliseconds(100);

    private readonly List<StageReport> _stages = [];
    private readonly List<MemoryPoint> _memory = [];
    private readonly List<TimelinePoint> _timeline = [];
    private RestWatch? _rest;
    private ServerReading _readingCost;

    /// <summary>How long the servers may take after the end to notice that connections were closed.</summary>
    public TimeSpan ConnectionsGoneWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the servers may take after the end to come to rest: a service without anybody is kept for a minute by default.</summary>
    public TimeSpan RestWithin { get; init; } = TimeSpan.FromSeconds(100);

    /// <param name="interrupted">Ends the run early; there is a report all the same.</param>
    /// <exception cref="CannotRunException">A generator or a server could not do its part, or is gone.</exception>
    public async Task<LoadReport> RunAsync(CancellationToken interrupted)
    {
        PlanOutline plan = await WithinAsync(generators.PlanAsync(settings, CancellationToken.None), StartWithin, "start");
        _readingCost = await fleet.MeasureReadingCostAsync(CancellationToken.None);
        await CollectAsync("start");
        ServerMetrics start = await fleet.ReadAsync(CancellationToken.None);
        foreach (string name in start.Missing)
        {
            console.Note($"the servers have no metric {name}; it counts as 0");
        }

        if (plan.Stages.Any(static stage => stage.WatchRest))
        {
            _rest = new RestWatch(fleet, console, RestWithin);
            await _rest.BeginAsync();
        }

        for (int i = 0; i < plan.Stages.Length && !interrupted.IsCancellationRequested; i++)
        {
            await RunStageAsync(i, plan.Stages[i], interrupted);
        }

        ImmutableArray<FailureCount> losses = await WithinAsync(generators.FinishAsync(CancellationToken.None), CleanWithin, "finish");
        int left = await CountLeftAsync(start.Reading.Connections);
        return new LoadReport(
            settings,
            Machine.Read(),
            generators.Count,
            [.. _stages],
            [.. _memory],
            [.. _timeline],
            losses,
            left,
            evaluate(_stages, losses.Sum(static loss => loss.Count), left),
            interrupted.IsCancellationRequested)
        {
            Rest = _rest is null ? null : await _rest.FinishAsync(interrupted),
        };
    }

    private async Task RunStageAsync(int index, StageOutline stage, CancellationToken interrupted)
    {
        console.StageStarting(stage);
        await UntilInterruptedAsync(generators.PrepareAsync(index, CancellationToken.None), interrupted);
        if (!interrupted.IsCancellationRequested)
        {
            StageReport report = await MeasureAsync(index, stage, interrupted);
            _stages.Add(report);
            console.StageDone(report);
        }

        await WithinAsync(generators.CleanAsync(index, CancellationToken.None), CleanWithin, $"clean up after {stage.Name}");
        if (stage.CollectAfter && !interrupted.IsCancellationRequested)
        {
            await CollectAsync(stage.Name);
        }
    }

    private async Task<StageReport> MeasureAsync(int index, StageOutline stage, CancellationToken interrupted)
    {
        ServerReading before = (await fleet.ReadAsync(CancellationToken.None)).Reading;
        double ownBefore = Environment.CpuUsage.TotalTime.TotalSeconds;
        GroupResult result;
        int readings = 1;
        using CancellationTokenSource ended = new();
        Task watching = Task.CompletedTask;
        await using (StageTimeline timeline = new(stage, fleet, console))
        {
            timeline.Start();
            if (stage.WatchRest && _rest is not null)
            {
                watching = _rest.WatchAsync(stage.Length, ended.Token);
            }

            Task<GroupResult> running = generators.RunAsync(index, timeline, CancellationToken.None);
            result = await UntilInterruptedAsync(timeline.WatchAsync(running), interrupted);
            IReadOnlyList<TimelinePoint> points = await timeline.StopAsync();
            _timeline.AddRange(points);
            readings += points.Count;
        }

        await ended.CancelAsync();
        await watching;

        double own = Environment.CpuUsage.TotalTime.TotalSeconds - ownBefore;
        ServerReading after = (await fleet.ReadAsync(CancellationToken.None)).Reading;
        StageCost cost = new(
            result.Elapsed.TotalSeconds,
            Math.Max(0, after.CpuSeconds - before.CpuSeconds - (readings * _readingCost.CpuSeconds)),
            result.CpuSeconds + own,
            Math.Max(0, after.AllocatedBytes - before.AllocatedBytes - (readings * _readingCost.AllocatedBytes)));
        return StageReports.Of(stage, result.Scenario, cost);
    }

    private async Task CollectAsync(string when)
    {
        MemoryPoint point = await fleet.CollectAsync(when, CancellationToken.None);
        _memory.Add(point);
        console.MemoryRead(point);
    }

    /// <summary>Closing a connection takes the server a moment; what is still there after a few seconds is a leak, or someone else's.</summary>
    private async Task<int> CountLeftAsync(int atStart)
    {
        long since = Stopwatch.GetTimestamp();
        while (true)
        {
            int left = (await fleet.ReadAsync(CancellationToken.None)).Reading.Connections - atStart;
            if (left <= 0 || Stopwatch.GetElapsedTime(since) > ConnectionsGoneWithin)
            {
                return Math.Max(0, left);
            }

            await Task.Delay(ConnectionsPause);
        }
    }

    private async Task UntilInterruptedAsync(Task work, CancellationToken interrupted)
    {
        try
        {
            await work.WaitAsync(interrupted);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            await generators.InterruptAsync();
            await WithinAsync(work, StopWithin, "stop");
        }
    }

    private async Task<T> UntilInterruptedAsync<T>(Task<T> work, CancellationToken interrupted)
    {
        await UntilInterruptedAsync((Task)work, interrupted);
        return await work;
    }

    private static async Task<T> WithinAsync<T>(Task<T> work, TimeSpan limit, string what)
    {
        await WithinAsync((Task)work, limit, what);
        return await work;
    }

    private static async Task WithinAsync(Task work, TimeSpan limit, string what)
    {
        try
        {
            await work.WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            throw new CannotRunException($"the generators did not {what} within {limit.TotalSeconds:0} s");
        }
    }
}
