using System.Collections.Concurrent;
using System.Diagnostics;
using FastRegistry.Load.Running;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;
using static FastRegistry.Load.Tests.Running.Iterations;

namespace FastRegistry.Load.Tests.Running;

public sealed class OpenPhaseTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_iteration_is_begun_when_it_is_due(bool wait)
    {
        ConcurrentQueue<long> intended = [];
        ScenarioResult result = await RunAsync(Scenario(
            async context =>
            {
                intended.Enqueue(context.IntendedStart);
                if (wait)
                {
                    await Task.Yield();
                }

                return LoadResult.Ok();
            },
            Inject(1_000, 500)));

        long[] due = [.. intended];
        Assert.Equal(500, result.Asked);
        Assert.Equal(500, result.Started);
        Assert.Equal(500, result.Iterations.Ok);
        Assert.Equal(500, result.Iterations.FromIntended!.Counts.Sum());
        Assert.Equal(500, result.Iterations.StartLateness!.Counts.Sum());
        Assert.All(due, (time, i) => Assert.Equal(i * 0.001, Stopwatch.GetElapsedTime(due[0], time).TotalSeconds, 6));
    }

    [Fact]
    public async Task Ramps_continue_from_the_rate_before()
    {
        TimeSpan second = TimeSpan.FromSeconds(1);
        ScenarioResult result = await RunAsync(Scenario(
            Ok,
            new LoadPhase.RampingInject(1_000, second, Milliseconds(200)),
            new LoadPhase.RampingInject(2_000, second, Milliseconds(200)),
            new LoadPhase.Inject(200, Milliseconds(100), Milliseconds(100))));

        Assert.Equal(100 + 300 + 200, result.Asked);
        Assert.Equal(result.Asked, result.Iterations.Ok);
        Assert.True(result.Seconds >= 0.5);
    }

    [Fact]
    public async Task Answers_are_not_waited_for()
    {
        TaskCompletionSource everythingBegan = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ScenarioResult result = await RunAsync(Scenario(
            async context =>
            {
                if (context.Iteration == 99)
                {
                    everythingBegan.SetResult();
                }

                await everythingBegan.Task;
                return LoadResult.Ok();
            },
            Inject(1_000, 100)) with
        { CompletionTimeout = Generous });

        Assert.Equal(100, result.Iterations.Ok);
    }

    [Fact]
    public async Task A_generator_that_was_held_up_tells_it_in_lateness_and_in_the_latency_from_the_intended_start()
    {
        ScenarioResult result = await RunAsync(Scenario(
            context =>
            {
                if (context.Iteration == 50)
                {
                    // The scenario blocks the thread that begins iterations, as a full socket would.
                    Thread.Sleep(300);
                }

                return new ValueTask<LoadResult>(LoadResult.Ok());
            },
            Inject(1_000, 500)));

        LatencySummary lateness = LatencyHistogram.Summarise(result.Iterations.StartLateness!);
        LatencySummary fromIntended = LatencyHistogram.Summarise(result.Iterations.FromIntended!);
        Assert.Equal(500, result.Started);
        Assert.True(lateness.MaximumMicroseconds >= 290_000, $"{lateness}");
        Assert.True(fromIntended.P75Microseconds >= 150_000, $"{fromIntended}");
        Assert.Equal(1, CountAbove(result.Iterations.Latency, 290_000));
    }

    [Fact]
    public async Task What_is_due_but_finds_no_place_is_a_failure_and_not_begun()
    {
        ManualAnswer[] answers = [.. Enumerable.Range(0, 10).Select(static _ => new ManualAnswer())];
        ScenarioRunner runner = new(
            Scenario(context => answers[context.Iteration].WaitAsync(), Inject(1_000, 100)) with { CompletionTimeout = Generous },
            new ScenarioRunnerOptions { MaximumActive = 10 });
        Task<ScenarioResult> running = runner.RunAsync(0, TestContext.Current.CancellationToken);
        Assert.True(SpinWait.SpinUntil(() => runner.ReadProgress() is { Failed: 90, Active: 10 } && answers.All(static answer => answer.IsAwaited), Generous));
        Array.ForEach(answers, static answer => answer.Give(LoadResult.Ok()));

        ScenarioResult result = await running;

        Assert.Equal((100, 10, 10, 90), (result.Asked, result.Started, result.Iterations.Ok, result.Iterations.Failed));
        Assert.Equal(90, FailuresOf(result.Iterations, "too many in flight"));
    }

    [Fact]
    public async Task Random_spacing_begins_everything_it_asked_for()
    {
        ScenarioResult result = await RunAsync(Scenario(Ok, Inject(2_000, 300)), new ScenarioRunnerOptions { RandomSpacing = true, Seed = 3 });

        // 600 expected, a standard deviation of 24.
        Assert.InRange(result.Asked, 450, 750);
        Assert.Equal(result.Asked, result.Iterations.Ok);
    }

    private static long CountAbove(HistogramData data, double microseconds) =>
        LatencyHistogram.Of([data]).CountAbove((long)(microseconds * Stopwatch.Frequency / 1e6));
}
