using System.Diagnostics;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Running;

namespace FastRegistry.Load.Generators;

/// <summary>Samples the servers once a second while a stage runs, puts the generators' progress beside it, and shows both.</summary>
/// <remarks>Owned by <see cref="RunCoordinator"/>, for one stage. Progress arrives on any thread; one task samples from <see cref="Start"/> to
/// <see cref="StopAsync"/>. A second in which the servers answer late is left out.</remarks>
internal sealed class StageTimeline(StageOutline stage, ServerFleet fleet, IRunConsole console) : IProgress<ScenarioProgress>, IAsyncDisposable
{
    // A day and more; a longer stage goes on without.
    private const int MaximumPoints = 100_000;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<TimelinePoint> _points = [];
    private readonly Lock _progressGate = new();
    private ScenarioProgress _progress;
    private Task _sampling = Task.CompletedTask;

    public void Start() => _sampling = SampleAsync(Stopwatch.GetTimestamp());

    public void Report(ScenarioProgress value)
    {
        lock (_progressGate)
        {
            _progress = value;
        }
    }

    /// <summary>Waits for the stage, but not on servers that are gone.</summary>
    /// <exception cref="CannotRunException">A server stopped answering while the stage ran.</exception>
    public async Task<T> WatchAsync<T>(Task<T> running)
    {
        if (await Task.WhenAny(running, _sampling) == _sampling)
        {
            await _sampling;
        }

        return await running;
    }

    /// <returns>One point for each second.</returns>
    /// <exception cref="CannotRunException">A server stopped answering while the stage ran.</exception>
    public async Task<IReadOnlyList<TimelinePoint>> StopAsync()
    {
        await _stopping.CancelAsync();
        await _sampling;
        return _points;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _sampling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task SampleAsync(long startedAt)
    {
        using PeriodicTimer timer = new(Every);
        try
        {
            while (_points.Count < MaximumPoints && await timer.WaitForNextTickAsync(_stopping.Token))
            {
                ServerMetrics servers = await fleet.ReadAsync(_stopping.Token);
                ScenarioProgress progress = Latest();
                TimelinePoint point = new(
                    stage.Name,
                    Stopwatch.GetElapsedTime(startedAt).TotalSeconds,
                    progress.Ok,
                    progress.Failed,
                    servers.Reading.CpuSeconds,
                    servers.ManagedHeapBytes,
                    servers.ResidentAnonymousBytes,
                    servers.Reading.Connections);
                _points.Add(point);
                console.Progress(stage, progress, point);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The stage is over.
        }
    }

    private ScenarioProgress Latest()
    {
        lock (_progressGate)
        {
            return _progress;
        }
    }
}
