using System.Diagnostics;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Running;

/// <summary>Runs one scenario. Placeholder: it does nothing but wait.</summary>
internal sealed class ScenarioRunner(LoadScenario scenario, ScenarioRunnerOptions? options = null)
{
    public ScenarioRunnerOptions? Options => options;

    public Task PrepareAsync(CancellationToken cancellationToken) =>
        scenario.Init is { } init ? init(null!, cancellationToken) : Task.CompletedTask;

    public async Task<ScenarioResult> RunAsync(long startAt, CancellationToken interrupted)
    {
        TimeSpan wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), startAt) + TimeSpan.FromTicks(scenario.Phases.Sum(static phase => phase.During.Ticks));
        await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, interrupted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        HistogramData none = new([], [], 0, 0, 0);
        return new ScenarioResult(scenario.Name, 0, 0, 1, new StepResult(scenario.Name, 1, 0, 0, none, null, null, []), []);
    }

    public Task CleanAsync(CancellationToken cancellationToken) => scenario.Clean is { } clean ? clean(cancellationToken) : Task.CompletedTask;

    public ScenarioProgress ReadProgress() => default;
}
