using System.Diagnostics;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Running;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Tests.Generators;

public sealed class GeneratorLoopTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_goes_from_the_plan_to_the_losses()
    {
        FakePlan plan = new(FakePlan.Stage("first", TimeSpan.FromSeconds(1))) { Losses = [new FailureCount("gone", 3)] };
        GeneratorShare given = default;
        await using LocalGenerator generator = new((settings, share) =>
        {
            Assert.Equal("fake", settings.Scenario);
            given = share;
            return plan;
        });

        PlanOutline outline = await generator.Link.PlanAsync(LocalGenerator.Settings, new GeneratorShare(2, 5), Cancelled);
        await generator.Link.PrepareAsync(0, Cancelled);
        GeneratorReply.Done done = await generator.Link.RunAsync(0, Stopwatch.GetTimestamp(), static _ => { }, Cancelled);
        await generator.Link.CleanAsync(0, Cancelled);
        GeneratorReply.Finished finished = await generator.Link.FinishAsync(Cancelled);

        Assert.Equal(new GeneratorShare(2, 5), given);
        Assert.Equal("first", Assert.Single(outline.Stages).Name);
        Assert.Equal(plan.Stages[0].Scenario.Phases, outline.Stages[0].Phases);
        Assert.Equal("first", done.Result.Name);
        Assert.True(done.Result.Iterations.Ok > 0, "nothing was measured");
        Assert.Equal([new FailureCount("gone", 3)], finished.Losses);
        Assert.True(await generator.Loop.WaitAsync(Soon, Cancelled));
        Assert.True(plan.IsDisposed);
    }

    [Fact]
    public async Task A_reason_not_to_run_arrives_as_one_line()
    {
        await using LocalGenerator generator = new(static (_, _) => throw new CannotRunException("the limit is too low"));

        CannotRunException reason = await Assert.ThrowsAsync<CannotRunException>(
            () => generator.Link.PlanAsync(LocalGenerator.Settings, new GeneratorShare(0, 1), Cancelled));

        Assert.Equal("the limit is too low", reason.Message);
    }

    [Fact]
    public async Task An_unexpected_exception_arrives_as_one_line_that_names_what_was_done()
    {
        FakePlan plan = new(FakePlan.Stage("first", Long, static (_, _) => throw new InvalidOperationException("two\nlines")));
        await using LocalGenerator generator = new((_, _) => plan);
        await generator.Link.PlanAsync(LocalGenerator.Settings, new GeneratorShare(0, 1), Cancelled);

        CannotRunException reason = await Assert.ThrowsAsync<CannotRunException>(() => generator.Link.PrepareAsync(0, Cancelled));

        Assert.Contains("prepare", reason.Message, StringComparison.Ordinal);
        Assert.Contains("two lines", reason.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', reason.Message);
    }

    [Fact]
    public async Task Progress_comes_while_a_stage_runs_and_an_interruption_ends_it_early()
    {
        await using LocalGenerator generator = new(static (_, _) => new FakePlan(FakePlan.Stage("long", Long)));
        await generator.Link.PlanAsync(LocalGenerator.Settings, new GeneratorShare(0, 1), Cancelled);
        await generator.Link.PrepareAsync(0, Cancelled);
        TaskCompletionSource<ScenarioProgress> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        Task<GeneratorReply.Done> running = generator.Link.RunAsync(0, Stopwatch.GetTimestamp(), at => seen.TrySetResult(at), Cancelled);
        await seen.Task.WaitAsync(Soon, Cancelled);
        await generator.Link.InterruptAsync();

        await running.WaitAsync(Soon, Cancelled);
        await generator.Link.CleanAsync(0, Cancelled);
        await generator.Link.FinishAsync(Cancelled);
    }

    [Fact]
    public async Task An_interruption_ends_a_set_up_that_would_not_end()
    {
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        FakePlan plan = new(FakePlan.Stage("stuck", Long, (_, interrupted) =>
        {
            begun.SetResult();
            return Task.Delay(Timeout.Infinite, interrupted);
        }));
        await using LocalGenerator generator = new((_, _) => plan);
        await generator.Link.PlanAsync(LocalGenerator.Settings, new GeneratorShare(0, 1), Cancelled);

        Task preparing = generator.Link.PrepareAsync(0, Cancelled);
        await begun.Task.WaitAsync(Soon, Cancelled);
        await generator.Link.InterruptAsync();

        await preparing.WaitAsync(Soon, Cancelled);
    }

    [Fact]
    public async Task The_end_of_the_input_gives_up_what_runs_and_disposes_of_the_plan()
    {
        FakePlan plan = new(FakePlan.Stage("long", Long));
        await using LocalGenerator generator = new((_, _) => plan);
        await generator.Link.PlanAsync(LocalGenerator.Settings, new GeneratorShare(0, 1), Cancelled);
        await generator.Link.PrepareAsync(0, Cancelled);
        Task<GeneratorReply.Done> running = generator.Link.RunAsync(0, Stopwatch.GetTimestamp(), static _ => { }, Cancelled);

        await generator.Requests.DisposeAsync();

        Assert.False(await generator.Loop.WaitAsync(Soon, Cancelled));
        Assert.True(plan.IsDisposed);
        await Task.WhenAny(running).WaitAsync(Soon, Cancelled);
    }

    [Fact]
    public async Task A_line_that_is_no_request_and_a_request_out_of_order_are_answered()
    {
        await using LocalGenerator generator = new(static (_, _) => new FakePlan(FakePlan.Stage("first", Long)));

        CannotRunException early = await Assert.ThrowsAsync<CannotRunException>(() => generator.Link.CleanAsync(0, Cancelled));
        await generator.Requests.WriteAsync("{\"request\":\"dance\"}\n");
        CannotRunException unknown = await Assert.ThrowsAsync<CannotRunException>(
            () => generator.Link.PlanAsync(LocalGenerator.Settings, new GeneratorShare(0, 1), Cancelled));

        Assert.Contains("Clean out of order", early.Message, StringComparison.Ordinal);
        Assert.Contains("no request", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_its_end_every_question_gets_the_reason()
    {
        await using LocalGenerator generator = new(static (_, _) => new FakePlan(FakePlan.Stage("first", Long)));
        await generator.Requests.DisposeAsync();

        for (int i = 0; i < 2; i++)
        {
            CannotRunException reason = await Assert.ThrowsAsync<CannotRunException>(() => generator.Link.PrepareAsync(0, Cancelled));
            Assert.Equal("it is gone", reason.Message);
        }
    }
}
