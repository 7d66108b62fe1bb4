using System.Collections.Immutable;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Tests.Generators;

/// <summary>A plan whose scenarios do nothing.</summary>
internal sealed class FakePlan(params ImmutableArray<LoadStage> stages) : ILoadPlan
{
    public ImmutableArray<LoadStage> Stages => stages;

    public IReadOnlyList<FailureCount> Losses { get; init; } = [];

    public bool IsDisposed { get; private set; }

    public static LoadStage Stage(string name, TimeSpan during, Func<IScenarioSetup, CancellationToken, Task>? init = null) => new(new LoadScenario
    {
        Name = name,
        Phases = [new LoadPhase.KeepConstant(1, during)],
        Init = init,
        Run = static async context =>
        {
            await Task.Delay(10, context.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return LoadResult.Ok();
        },
    })
    {
        Unit = "nothing",
    };

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
