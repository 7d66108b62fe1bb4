using System.Diagnostics;
using FastRegistry.Load.Running;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;
using static FastRegistry.Load.Tests.Running.Iterations;

namespace FastRegistry.Load.Tests.Running;

public sealed class ScenarioRunnerTests
{
    [Fact]
    public async Task Init_warm_up_run_and_clean_follow_each_other_and_only_the_run_is_measured()
    {
        List<string> calls = [];
        IMeasure? measure = null;
        int iterations = 0;
        LoadScenario scenario = Scenario(
            async context =>
            {
                Interlocked.Increment(ref iterations);
                measure!.Record(5, LoadResult.Ok());
                await context.StepAsync("step", 0, static (_, _) => new ValueTask<LoadResult>(LoadResult.Ok(1)));
                return LoadResult.Ok();
            },
            new LoadPhase.IterationsForConstant(2, 100)) with
        {
            Steps = ["step"],
            WarmUp = TimeSpan.FromSeconds(1),
            Init = (setup, _) =>
            {
                calls.Add("init");
                measure = setup.CreateMeasure("measure");
                return Task.CompletedTask;
            },
            Clean = _ =>
            {
                calls.Add("clean");
                return Task.CompletedTask;
            },
        };
        ScenarioRunner runner = new(scenario);

        MeasureOutside();
        await runner.PrepareAsync(TestContext.Current.CancellationToken);
        Assert.Equal(100, iterations);
        ScenarioResult result = await runner.RunAsync(0, TestContext.Current.CancellationToken);
        MeasureOutside();
        await runner.CleanAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["init", "clean"], calls);
        Assert.Equal(200, iterations);
        Assert.Equal(["step", "measure"], result.Steps.Select(static step => step.Name));
        Assert.All(result.Steps, static step => Assert.Equal((100, 0), (step.Ok, step.Failed)));
        Assert.Equal(100, result.Steps[0].Bytes);
        Assert.Equal(100, result.Iterations.Ok);

        void MeasureOutside() => measure?.Record(5, LoadResult.Ok());
    }

    [Fact]
    public async Task The_warm_up_is_cut_off_after_its_time()
    {
        LoadScenario scenario = Scenario(Ok, new LoadPhase.Pause(Milliseconds(1)), Inject(100, milliseconds: 3_600_000));
        ScenarioRunner runner = new(scenario with { WarmUp = Milliseconds(50) });

        await runner.PrepareAsync(TestContext.Current.CancellationToken).WaitAsync(Generous, TestContext.Current.CancellationToken);

        Assert.Equal(default, runner.ReadProgress());
    }

    [Fact]
    public async Task An_exception_of_Init_ends_the_run()
    {
        ScenarioRunner runner = new(Scenario(Ok, Inject(1, 1)) with { Init = static (_, _) => throw new InvalidOperationException("no server") });

        await Assert.ThrowsAsync<InvalidOperationException>(() => runner.PrepareAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Steps_are_measured_by_name_and_their_exceptions_are_failures()
    {
        LoadScenario scenario = Scenario(
            static async context =>
            {
                LoadResult first = await context.StepAsync("waits", 50, static async (milliseconds, stopping) =>
                {
                    await Task.Delay(milliseconds, stopping);
                    return LoadResult.Ok(7);
                });
                LoadResult second = await context.StepAsync("throws", 0, static (_, _) => throw new InvalidOperationException());
                LoadResult third = await context.StepAsync("throws", 0, static async (_, _) =>
                {
                    await Task.Yield();
                    throw new OperationCanceledException();
                });
                return first.IsOk && !second.IsOk && !third.IsOk ? LoadResult.Ok() : LoadResult.Fail("wrong");
            },
            new LoadPhase.IterationsForConstant(4, 40)) with
        { Steps = ["waits", "throws"] };

        ScenarioResult result = await RunAsync(scenario, new ScenarioRunnerOptions { Errors = TextWriter.Null });

        Assert.Equal((40, 0), (result.Iterations.Ok, result.Iterations.Failed));
        Assert.Equal((40, 0, 280), (result.Steps[0].Ok, result.Steps[0].Failed, result.Steps[0].Bytes));
        Assert.Equal((0, 80), (result.Steps[1].Ok, result.Steps[1].Failed));
        Assert.Equal(40, FailuresOf(result.Steps[1], "exception: InvalidOperationException"));
        Assert.Equal(40, FailuresOf(result.Steps[1], "cancelled"));
        // Timers run on a clock of 4 ms steps and may end that much early.
        Assert.True(LatencyHistogram.Summarise(result.Steps[0].Latency).MinimumMicroseconds >= 40_000);
        Assert.True(result.Iterations.Latency.SumTicks >= result.Steps[0].Latency.SumTicks);
    }

    [Fact]
    public async Task Steps_of_an_iteration_may_run_at_the_same_time()
    {
        LoadScenario scenario = Scenario(
            static async context =>
            {
                ValueTask<LoadResult> first = context.StepAsync("step", 0, static (_, _) => YieldAsync());
                ValueTask<LoadResult> second = context.StepAsync("step", 0, static (_, _) => YieldAsync());
                return (await first).IsOk && (await second).IsOk ? LoadResult.Ok() : LoadResult.Fail("wrong");
            },
            new LoadPhase.IterationsForConstant(4, 1_000)) with
        { Steps = ["step"] };

        ScenarioResult result = await RunAsync(scenario);

        Assert.Equal((1_000, 2_000), (result.Iterations.Ok, result.Steps[0].Ok));

        static async ValueTask<LoadResult> YieldAsync()
        {
            await Task.Yield();
            return LoadResult.Ok();
        }
    }

    [Fact]
    public async Task The_measured_part_begins_at_the_time_that_was_given()
    {
        long earliest = long.MaxValue;
        long startAt = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 5);
        ScenarioRunner runner = new(Scenario(
            context =>
            {
                earliest = Math.Min(earliest, context.IntendedStart);
                return new ValueTask<LoadResult>(LoadResult.Ok());
            },
            Inject(100, 50)));

        ScenarioResult result = await runner.RunAsync(startAt, TestContext.Current.CancellationToken);

        Assert.Equal(startAt, earliest);
        Assert.Equal(5, result.Iterations.Ok);
    }

    [Fact]
    public async Task Results_of_several_generators_add_up_and_their_steps_are_matched_by_name()
    {
        LoadScenario scenario = Scenario(
            static context => context.StepAsync("b", 0, static (_, _) => new ValueTask<LoadResult>(LoadResult.Fail("refused"))),
            Inject(1_000, 20)) with
        { Steps = ["a", "b"] };
        ScenarioResult first = await RunAsync(scenario);
        ScenarioResult second = await RunAsync(scenario with { Steps = ["b", "c"] });

        ScenarioResult merged = ScenarioResult.Merge([first, second]);

        Assert.Equal((40, 40, 40), (merged.Asked, merged.Started, merged.Iterations.Failed));
        Assert.Equal(["a", "b", "c"], merged.Steps.Select(static step => step.Name));
        Assert.Equal([0L, 40L, 0L], merged.Steps.Select(static step => step.Failed));
        Assert.Equal([new FailureCount("refused", 40)], merged.Iterations.Failures);
        Assert.Equal(40, merged.Iterations.StartLateness!.Counts.Sum());
        Assert.Equal(Math.Max(first.Seconds, second.Seconds), merged.Seconds);
    }
}
