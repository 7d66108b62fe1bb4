using FastRegistry.Load.Commands;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Running;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Tests.Generators;

/// <summary>A generator that notes what it is asked and answers at once.</summary>
internal sealed class FakeGenerator : IGenerator
{
    public LoadPhase Phase { get; init; } = new LoadPhase.KeepConstant(1, TimeSpan.FromSeconds(1));

    public ScenarioProgress Progress { get; init; }

    public IReadOnlyList<FailureCount> Losses { get; init; } = [];

    /// <summary>What a run answers; null = it works.</summary>
    public CannotRunException? RunFault { get; init; }

    /// <summary>A run does not end.</summary>
    public bool RunsForEver { get; init; }

    public long StartAt { get; private set; }

    public GeneratorShare Share { get; private set; }

    public Task<PlanOutline> PlanAsync(RunSettings settings, GeneratorShare share, CancellationToken cancellationToken)
    {
        Share = share;
        return Task.FromResult(new PlanOutline([new StageOutline("fake", "nothing", [Phase], CollectAfter: false)]));
    }

    public Task PrepareAsync(int stage, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<GeneratorReply.Done> RunAsync(int stage, long startAt, Action<ScenarioProgress> progress, CancellationToken cancellationToken)
    {
        StartAt = startAt;
        progress(Progress);
        if (RunFault is { } fault)
        {
            throw fault;
        }

        if (RunsForEver)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        HistogramData none = new([], [], 0, 0, 0);
        return new GeneratorReply.Done(new ScenarioResult("fake", 0, 0, 1, new StepResult("fake", 5, 0, 0, none, null, null, []), []), CpuSeconds: 0.5);
    }

    public Task CleanAsync(int stage, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task InterruptAsync() => Task.CompletedTask;

    public Task<GeneratorReply.Finished> FinishAsync(CancellationToken cancellationToken) => Task.FromResult(new GeneratorReply.Finished([.. Losses], 1));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
