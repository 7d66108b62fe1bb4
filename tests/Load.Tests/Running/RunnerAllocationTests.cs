using FastRegistry.Load.Running;
using FastRegistry.Load.Scenarios;
using FastRegistry.Tests;
using static FastRegistry.Load.Tests.Running.Iterations;

namespace FastRegistry.Load.Tests.Running;

public sealed class RunnerAllocationTests
{
    private const int Rounds = 5_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_iteration_that_waits_allocates_nothing(bool withStep)
    {
        ManualAnswer answer = new();
        IMeasure? measure = null;
        using CancellationTokenSource interrupted = new();
        LoadScenario scenario = Scenario(
            context =>
            {
                measure!.Record(1, LoadResult.Ok());
                return withStep ? context.StepAsync("step", answer, static (waited, _) => waited.WaitAsync()) : answer.WaitAsync();
            },
            new LoadPhase.KeepConstant(1, TimeSpan.FromHours(1))) with
        {
            Steps = ["step"],
            Init = (setup, _) =>
            {
                measure = setup.CreateMeasure("measure");
                return Task.CompletedTask;
            },
        };
        ScenarioRunner runner = new(scenario);
        await runner.PrepareAsync(TestContext.Current.CancellationToken);
        Task<ScenarioResult> running = runner.RunAsync(0, interrupted.Token);
        Assert.True(SpinWait.SpinUntil(() => answer.IsAwaited, Generous));

        // Every answer continues the copy here, which begins its next iteration before Give returns.
        AllocationGate.AssertNothing(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                answer.Give(LoadResult.Ok());
            }
        });

        // The last iterations may begin before the load thread has seen the interruption.
        await interrupted.CancelAsync();
        Assert.True(SpinWait.SpinUntil(GiveUntilCompleted, Generous));
        ScenarioResult result = await running;
        Assert.True(result.Iterations.Ok > 2 * Rounds);
        Assert.Equal(withStep ? result.Iterations.Ok : 0, result.Steps[0].Ok);
        Assert.Equal(result.Iterations.Ok, result.Steps[1].Ok);

        bool GiveUntilCompleted()
        {
            if (answer.IsAwaited)
            {
                answer.Give(LoadResult.Ok());
            }

            return running.IsCompleted;
        }
    }

    [Theory]
    [InlineData("iterations(1, 20000)", false)]
    [InlineData("iterations(1, 20000)", true)]
    [InlineData("inject(50000/s, 400ms)", false)]
    [InlineData("inject(50000/s, 400ms)", true)]
    public async Task An_iteration_that_does_not_wait_allocates_nothing(string phases, bool withStep)
    {
        ThreadAllocations allocations = new();
        LoadScenario scenario = Scenario(
            context =>
            {
                allocations.Look();
                return withStep ? context.StepAsync("step", 0, static (_, _) => new ValueTask<LoadResult>(LoadResult.Ok())) : Ok(context);
            },
            [.. PhaseText.Parse(phases)]) with
        { Steps = ["step"] };

        ScenarioResult result = await RunAsync(scenario);

        // What the runtime allocates for itself, and a yield to the pool now and then, are far from one in a hundred.
        Assert.Equal(20_000, result.Iterations.Ok);
        Assert.InRange(allocations.Compared, 15_000, 20_000);
        Assert.InRange(allocations.Allocated, 0, 200);
    }

    [Fact]
    public async Task An_open_iteration_that_waits_allocates_nothing_once_there_are_places()
    {
        ManualAnswer[] answers = [.. Enumerable.Range(0, 64).Select(static _ => new ManualAnswer())];
        ThreadAllocations allocations = new();
        using CancellationTokenSource ended = new();
        Task answering = Task.Run(
            () =>
            {
                while (!ended.IsCancellationRequested)
                {
                    foreach (ManualAnswer answer in answers.Where(static answer => answer.IsAwaited))
                    {
                        answer.Give(LoadResult.Ok());
                    }
                }
            },
            TestContext.Current.CancellationToken);
        LoadScenario scenario = Scenario(
            context =>
            {
                allocations.Look();
                return answers[context.Copy].WaitAsync();
            },
            Inject(20_000, 1_000));

        ScenarioResult result = await RunAsync(scenario, new ScenarioRunnerOptions { MaximumActive = answers.Length });
        await ended.CancelAsync();
        await answering;

        Assert.Equal(20_000, result.Asked);
        Assert.Equal(result.Started, result.Iterations.Ok);
        Assert.InRange(allocations.Compared, 100, 20_000);
        Assert.True(allocations.Allocated <= answers.Length + (allocations.Compared / 50), $"{allocations.Allocated} of {allocations.Compared}");
    }

    [Fact]
    public async Task A_million_iterations_that_do_not_wait_need_no_deeper_stack()
    {
        ScenarioResult result = await RunAsync(Scenario(Ok, new LoadPhase.IterationsForConstant(2, 1_000_000)));

        Assert.Equal(1_000_000, result.Iterations.Ok);
    }

    /// <summary>Compares what a thread had allocated from one iteration to the next.</summary>
    private sealed class ThreadAllocations
    {
        private int _thread;
        private long _bytes;

        public int Compared { get; private set; }

        public int Allocated { get; private set; }

        public void Look()
        {
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            int thread = Environment.CurrentManagedThreadId;
            if (thread == _thread)
            {
                Compared++;
                Allocated += bytes > _bytes ? 1 : 0;
            }

            (_thread, _bytes) = (thread, bytes);
        }
    }
}
