using FastRegistry.Load.Running;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Tests.Running;

/// <summary>Scenarios for tests and how to run them.</summary>
internal static class Iterations
{
    public static readonly TimeSpan Generous = TimeSpan.FromSeconds(60);

    public static LoadScenario Scenario(Func<ILoadContext, ValueTask<LoadResult>> run, params LoadPhase[] phases) =>
        new() { Name = "test", Run = run, Phases = [.. phases] };

    public static ValueTask<LoadResult> Ok(ILoadContext context) => new(LoadResult.Ok(sizeBytes: 10));

    public static async Task<ScenarioResult> RunAsync(LoadScenario scenario, ScenarioRunnerOptions? options = null)
    {
        ScenarioRunner runner = new(scenario, options);
        await runner.PrepareAsync(TestContext.Current.CancellationToken);
        return await runner.RunAsync(0, TestContext.Current.CancellationToken);
    }

    public static TimeSpan Milliseconds(double number) => TimeSpan.FromMilliseconds(number);

    public static LoadPhase.Inject Inject(double perSecond, double milliseconds) =>
        new(perSecond, TimeSpan.FromSeconds(1), Milliseconds(milliseconds));

    public static long FailuresOf(StepResult result, string kind) => result.Failures.SingleOrDefault(failure => failure.Kind == kind)?.Count ?? 0;
}
