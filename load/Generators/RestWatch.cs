using System.Collections.Immutable;
using System.Diagnostics;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Generators;

/// <summary>Looks at what servers hold before a load, twice while it stands still, and when everybody has left.</summary>
/// <remarks>Owned by <see cref="RunCoordinator"/>, one flow of calls: <see cref="BeginAsync"/>, <see cref="WatchAsync"/> beside the stage,
/// <see cref="FinishAsync"/>. Each look forces collections, which stops the servers for moments.</remarks>
internal sealed class RestWatch(ServerFleet fleet, IRunConsole console, TimeSpan quietWithin)
{
    // By then what fills up once is full: kept events, pools, compiled code.
    private static readonly TimeSpan FilledAfter = TimeSpan.FromSeconds(20);

    // Shorter, memory that still fills up cannot be told from memory that grows.
    private static readonly TimeSpan ShortestJudged = TimeSpan.FromSeconds(60);

    // A look is the median of several: how many clients are there at a moment is chance.
    private const int LooksUnderLoad = 5;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan LookingTime = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(250);

    private RestPoint? _before;
    private RestPoint? _early;
    private RestPoint? _late;
    private bool _judgesMemory;

    public async Task BeginAsync() => _before = await LookAsync("before", 1, CancellationToken.None);

    /// <summary>Looks when everything has filled up, and again shortly before the end.</summary>
    /// <param name="length">Of the stage, from now.</param>
    /// <param name="ended">The stage is over.</param>
    public async Task WatchAsync(TimeSpan length, CancellationToken ended)
    {
        long startedAt = Stopwatch.GetTimestamp();
        TimeSpan early = TimeSpan.FromTicks(Math.Min(FilledAfter.Ticks, length.Ticks / 2));
        TimeSpan late = length - LookingTime;
        _judgesMemory = length >= ShortestJudged;
        int looks = _judgesMemory ? LooksUnderLoad : 1;
        try
        {
            await Task.Delay(early, ended);
            _early = await LookAsync($"second {early.TotalSeconds:0}", looks, ended);
            TimeSpan rest = late - Stopwatch.GetElapsedTime(startedAt);
            await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, ended);
            _late = await LookAsync("end", looks, ended);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Shorter than planned; what is missing is not judged.
        }
    }

    /// <summary>Waits for the servers to come to rest.</summary>
    public async Task<RestReport> FinishAsync(CancellationToken interrupted)
    {
        console.Note($"waiting for the servers to come to rest, {quietWithin.TotalSeconds:0} s at most");
        long since = Stopwatch.GetTimestamp();
        while (!interrupted.IsCancellationRequested && Stopwatch.GetElapsedTime(since) < quietWithin && !IsAtRest(await fleet.ReadRestGaugesAsync(CancellationToken.None)))
        {
            await Task.Delay(PollEvery, CancellationToken.None);
        }

        RestPoint after = await LookAsync($"{Stopwatch.GetElapsedTime(since).TotalSeconds:0} s after", 1, CancellationToken.None);
        return RestReport.Of(_before!, _early, _late, after, _judgesMemory);
    }

    private bool IsAtRest(ImmutableArray<double?> now) => _before!.Gauges.Zip(now, RestReport.IsAtRest).All(static atRest => atRest != false);

    private async Task<RestPoint> LookAsync(string when, int looks, CancellationToken cancellationToken)
    {
        List<(long Heap, long Resident)> memory = [];
        ImmutableArray<double?> gauges = [];
        while (memory.Count < looks)
        {
            if (memory.Count > 0)
            {
                await Task.Delay(BetweenLooks, cancellationToken);
            }

            gauges = await fleet.ReadRestGaugesAsync(cancellationToken);
            MemoryPoint point = await fleet.CollectAsync(when, cancellationToken);
            memory.Add((point.ManagedHeapBytes, point.ResidentAnonymousBytes));
        }

        return new RestPoint(when, Median(memory.Select(static look => look.Heap)), Median(memory.Select(static look => look.Resident)), gauges);
    }

    private static long Median(IEnumerable<long> values) => values.Order().ToArray() is var sorted ? sorted[sorted.Length / 2] : 0;
}
