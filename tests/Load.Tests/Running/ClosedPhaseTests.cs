using System.Collections.Concurrent;
using FastRegistry.Load.Running;
using FastRegistry.Load.Scenarios;
using static FastRegistry.Load.Tests.Running.Iterations;

namespace FastRegistry.Load.Tests.Running;

public sealed class ClosedPhaseTests
{
    [Theory]
    [InlineData(1, 5_000, false)]
    [InlineData(7, 5_000, false)]
    [InlineData(7, 2_000, true)]
    [InlineData(8, 3, true)]
    public async Task A_phase_by_count_runs_exactly_its_iterations_each_with_its_number(int copies, int iterations, bool wait)
    {
        ConcurrentBag<long> numbers = [];
        ScenarioResult result = await RunAsync(Scenario(
            async context =>
            {
                Assert.InRange(context.Copy, 0, copies - 1);
                numbers.Add(context.Iteration);
                if (wait)
                {
                    await Task.Yield();
                }

                return LoadResult.Ok(sizeBytes: 10);
            },
            new LoadPhase.IterationsForConstant(copies, iterations)));

        Assert.Equal(Enumerable.Range(0, iterations).Select(static i => (long)i), numbers.Order());
        Assert.Equal(iterations, result.Iterations.Ok);
        Assert.Equal(iterations, result.Iterations.Latency.Counts.Sum());
        Assert.Equal(10L * iterations, result.Iterations.Bytes);
        Assert.Equal(0, result.Iterations.Failed);
        Assert.Equal(0, result.Asked);
        Assert.Null(result.Iterations.FromIntended);
        Assert.True(result.Seconds > 0);
    }

    [Fact]
    public async Task Phases_by_count_follow_each_other_without_losing_iterations()
    {
        LoadPhase[] phases = [.. Enumerable.Range(1, 50).Select(static i => new LoadPhase.IterationsForConstant(1 + (i * 7 % 5), i))];

        ScenarioResult result = await RunAsync(Scenario(Ok, phases));

        Assert.Equal(50 * 51 / 2, result.Iterations.Ok);
    }

    [Fact]
    public async Task More_copies_than_processors_that_never_wait_all_get_their_turn()
    {
        ConcurrentDictionary<int, bool> seen = [];
        int copies = Environment.ProcessorCount * 4;
        using CancellationTokenSource everyoneSeen = new(Generous);
        ScenarioRunner runner = new(Scenario(
            context =>
            {
                seen.TryAdd(context.Copy, true);
                if (seen.Count == copies)
                {
                    everyoneSeen.Cancel();
                }

                return new ValueTask<LoadResult>(LoadResult.Ok());
            },
            new LoadPhase.KeepConstant(copies, TimeSpan.FromHours(1))));

        await runner.RunAsync(0, everyoneSeen.Token);

        Assert.Equal(copies, seen.Count);
    }

    [Fact]
    public async Task A_ramp_adds_copies_and_the_next_phase_takes_copies_away()
    {
        int active = 0;
        int most = 0;
        ConcurrentQueue<int> seen = [];
        ScenarioResult result = await RunAsync(Scenario(
            async _ =>
            {
                int now = Interlocked.Increment(ref active);
                seen.Enqueue(now);
                most = Math.Max(most, now);
                await Task.Delay(5);
                Interlocked.Decrement(ref active);
                return LoadResult.Ok();
            },
            new LoadPhase.RampingConstant(8, TimeSpan.FromSeconds(1)),
            new LoadPhase.IterationsForConstant(1, 50)));

        Assert.InRange(seen.First(), 1, 8);
        Assert.InRange(most, 2, 8);
        Assert.Equal(1, seen.Last());
        Assert.Equal(seen.Count, result.Iterations.Ok);
        Assert.True(result.Seconds >= 1);
    }

    [Fact]
    public async Task A_pause_is_not_part_of_the_time()
    {
        ScenarioResult result = await RunAsync(Scenario(
            Ok,
            new LoadPhase.IterationsForConstant(1, 10),
            new LoadPhase.Pause(TimeSpan.FromSeconds(1)),
            new LoadPhase.IterationsForConstant(1, 10)));

        Assert.Equal(20, result.Iterations.Ok);
        Assert.InRange(result.Seconds, 0, 0.95);
    }
}
