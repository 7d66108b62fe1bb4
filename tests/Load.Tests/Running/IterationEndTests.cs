using FastRegistry.Load.Running;
using FastRegistry.Load.Scenarios;
using static FastRegistry.Load.Tests.Running.Iterations;

namespace FastRegistry.Load.Tests.Running;

public sealed class IterationEndTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Exceptions_are_failures_and_the_first_one_is_told_once(bool wait)
    {
        StringWriter errors = new();
        ScenarioRunner runner = new(
            Scenario(
                context => Throw(context.Iteration, wait),
                new LoadPhase.IterationsForConstant(1, 30)),
            new ScenarioRunnerOptions { Errors = errors });

        ScenarioResult result = await runner.RunAsync(0, TestContext.Current.CancellationToken);

        Assert.Equal(10, FailuresOf(result.Iterations, "exception: InvalidOperationException"));
        Assert.Equal(10, FailuresOf(result.Iterations, "cancelled"));
        Assert.Equal((10, 20), (result.Iterations.Ok, result.Iterations.Failed));
        Assert.Equal(10, result.Iterations.Latency.Counts.Sum());
        Assert.Contains("iteration 0 is wrong", runner.FirstException, StringComparison.Ordinal);
        Assert.Single(errors.ToString().Split("is wrong")[1..]);

        static ValueTask<LoadResult> Throw(long iteration, bool wait)
        {
            return wait ? ThrowLater(iteration) : Decide(iteration);
        }

        static async ValueTask<LoadResult> ThrowLater(long iteration)
        {
            await Task.Yield();
            return await Decide(iteration);
        }

        static ValueTask<LoadResult> Decide(long iteration) => (iteration % 3) switch
        {
            0 => throw new InvalidOperationException($"iteration {iteration} is wrong"),
            1 => throw new OperationCanceledException(),
            _ => new ValueTask<LoadResult>(LoadResult.Ok()),
        };
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_still_runs_after_the_completion_timeout_is_a_failure_and_its_late_end_is_not_counted(bool open)
    {
        ManualAnswer[] answers = [.. Enumerable.Range(0, 20).Select(static _ => new ManualAnswer())];
        CancellationToken stopping = default;
        LoadScenario scenario = Scenario(
            context =>
            {
                stopping = context.Stopping;
                return context.Iteration % 2 == 0 || context.Iteration >= answers.Length
                    ? new ValueTask<LoadResult>(LoadResult.Ok())
                    : answers[context.Iteration].WaitAsync();
            },
            open ? Inject(100, 200) : new LoadPhase.IterationsForConstant(20, 20));
        ScenarioRunner runner = new(scenario with { CompletionTimeout = Milliseconds(500) });

        ScenarioResult result = await runner.RunAsync(0, TestContext.Current.CancellationToken);
        Assert.True(SpinWait.SpinUntil(() => stopping.IsCancellationRequested, Generous));
        long failed = runner.ReadProgress().Failed;
        foreach (ManualAnswer answer in answers.Where(static answer => answer.IsAwaited))
        {
            answer.Give(LoadResult.Fail("late"));
        }

        Assert.Equal(10, FailuresOf(result.Iterations, "not completed"));
        Assert.Equal((10, 10), (result.Iterations.Ok, result.Iterations.Failed));
        Assert.Equal(failed, runner.ReadProgress().Failed);
    }

    [Theory]
    [InlineData("keep(3, 2m)")]
    [InlineData("ramp-keep(300, 2m)")]
    [InlineData("inject(500/s, 2m)")]
    [InlineData("pause(1s); iterations(2, 1000000000000)")]
    public async Task An_interrupted_run_returns_what_it_has(string phases)
    {
        using CancellationTokenSource interrupted = new();
        ScenarioRunner runner = new(Scenario(
            static async context =>
            {
                await Task.Delay(1);
                return LoadResult.Ok();
            },
            [.. PhaseText.Parse(phases)]));
        Task<ScenarioResult> running = runner.RunAsync(0, interrupted.Token);
        Assert.True(SpinWait.SpinUntil(() => runner.ReadProgress().Ok >= 3, Generous));

        await interrupted.CancelAsync();
        ScenarioResult result = await running.WaitAsync(Generous, TestContext.Current.CancellationToken);

        Assert.True(result.Iterations.Ok >= 3);
        Assert.InRange(result.Seconds, 0.001, 110);
        Assert.Equal(0, runner.ReadProgress().Active);
        if (result.Asked > 0)
        {
            Assert.InRange(result.Asked, result.Started, 500 * 110);
        }
    }

    [Fact]
    public async Task Interruption_asks_waiting_iterations_to_end()
    {
        using CancellationTokenSource interrupted = new();
        ScenarioRunner runner = new(Scenario(
            static async context =>
            {
                await Task.Delay(Timeout.Infinite, context.Stopping);
                return LoadResult.Ok();
            },
            new LoadPhase.KeepConstant(3, TimeSpan.FromHours(1))) with
        { CompletionTimeout = Generous });
        Task<ScenarioResult> running = runner.RunAsync(0, interrupted.Token);
        Assert.True(SpinWait.SpinUntil(() => runner.ReadProgress().Active == 3, Generous));

        await interrupted.CancelAsync();
        ScenarioResult result = await running;

        Assert.Equal(3, FailuresOf(result.Iterations, "cancelled"));
    }
}
