using System.Diagnostics;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Running;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Tests.Generators;

public sealed class GeneratorGroupTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_generators_are_given_the_same_start_in_the_future()
    {
        FakeGenerator[] generators = [new(), new(), new()];
        await using GeneratorGroup group = new([.. generators]);
        long before = Stopwatch.GetTimestamp();

        GroupResult result = await group.RunAsync(0, new LastProgress(), Cancelled);

        Assert.True(generators[0].StartAt > before, "the start is not ahead of the request");
        Assert.All(generators, generator => Assert.Equal(generators[0].StartAt, generator.StartAt));
        Assert.Equal(15, result.Scenario.Iterations.Ok);
        Assert.Equal(1.5, result.CpuSeconds);
    }

    [Fact]
    public async Task Each_generator_has_its_share_and_the_outline_is_the_whole()
    {
        FakeGenerator[] generators =
        [
            new() { Phase = new LoadPhase.Inject(100, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)) },
            new() { Phase = new LoadPhase.Inject(50, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)) },
        ];
        await using GeneratorGroup group = new([.. generators]);

        PlanOutline outline = await group.PlanAsync(LocalGenerator.Settings, Cancelled);

        Assert.Equal([new GeneratorShare(0, 2), new GeneratorShare(1, 2)], generators.Select(static generator => generator.Share));
        Assert.Equal([new LoadPhase.Inject(150, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10))], outline.Stages[0].Phases);
    }

    [Fact]
    public async Task Progress_and_losses_are_added_up()
    {
        await using GeneratorGroup group = new(
        [
            new FakeGenerator { Progress = new ScenarioProgress(1, 10, 100, 90, 80, 1, 5), Losses = [new FailureCount("reset", 1), new FailureCount("closed", 4)] },
            new FakeGenerator { Progress = new ScenarioProgress(2, 10, 50, 40, 30, 2, 6), Losses = [new FailureCount("reset", 7)] },
        ]);
        LastProgress progress = new();

        await group.RunAsync(0, progress, Cancelled);

        Assert.Equal(new ScenarioProgress(2, 10, 150, 130, 110, 3, 11), progress.Last);
        Assert.Equal([new FailureCount("reset", 8), new FailureCount("closed", 4)], await group.FinishAsync(Cancelled));
    }

    [Fact]
    public async Task One_that_fails_ends_the_wait_for_those_that_go_on()
    {
        await using GeneratorGroup group = new([new FakeGenerator { RunsForEver = true }, new FakeGenerator { RunFault = new CannotRunException("one is gone") }]);

        CannotRunException reason = await Assert.ThrowsAsync<CannotRunException>(() => group.RunAsync(0, new LastProgress(), Cancelled).WaitAsync(Soon, Cancelled));

        Assert.Equal("one is gone", reason.Message);
    }

    private sealed class LastProgress : IProgress<ScenarioProgress>
    {
        public ScenarioProgress Last { get; private set; }

        public void Report(ScenarioProgress value) => Last = value;
    }
}
