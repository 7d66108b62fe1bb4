using System.Collections.Immutable;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Running;

namespace FastRegistry.Load.Generators;

/// <summary>Does what a generator is asked to: holds its plan and the runner of the stage at hand.</summary>
/// <remarks>Owned by <see cref="GeneratorLoop"/>, which calls <see cref="DoAsync"/> for one request at a time and <see cref="InterruptAsync"/> at any time.
/// An interruption is for good: later stages are neither prepared nor run.</remarks>
internal sealed class GeneratorWork(ReplyWriter replies, Func<RunSettings, GeneratorShare, ILoadPlan> createPlan) : IAsyncDisposable
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DisposeWithin = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _interrupted = new();
    private ScenarioRunnerOptions? _options;
    private ILoadPlan? _plan;
    private ScenarioRunner? _runner;
    private volatile bool _busy;

    /// <summary>A request was taken and its reply is not on its way yet.</summary>
    public bool IsBusy => _busy;

    public Task InterruptAsync() => _interrupted.CancelAsync();

    /// <summary>Does it and replies. Never throws: what goes wrong is a reply too.</summary>
    public async Task DoAsync(GeneratorRequest request)
    {
        _busy = true;

        // Off the loop's thread, so that it sees an interruption even if this never waits.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        GeneratorReply reply;
        try
        {
            reply = await AnswerAsync(request);
        }
        catch (CannotRunException reason)
        {
            reply = new GeneratorReply.Failed(reason.Message);
        }
        catch (Exception fault)
        {
            string text = fault.Message.ReplaceLineEndings(" ");
            reply = new GeneratorReply.Failed($"{request.GetType().Name.ToLowerInvariant()} went wrong in a generator: {fault.GetType().Name}: {text}");
        }

        // Before the reply, because the next request may be here as soon as it is read.
        _busy = false;
        await replies.SendAsync(reply);
    }

    public async ValueTask DisposeAsync()
    {
        if (_plan is { } plan)
        {
            // A plan that does not come to an end must not keep the process.
            _plan = null;
            Task disposing = plan.DisposeAsync().AsTask();
            await disposing.WaitAsync(DisposeWithin).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // The interruption's source stays undisposed: work that was given up may still look at it.
    }

    private async Task<GeneratorReply> AnswerAsync(GeneratorRequest request)
    {
        switch (request)
        {
            case GeneratorRequest.Plan plan when _plan is null:
                _options = new ScenarioRunnerOptions { Share = plan.Share, RandomSpacing = plan.Settings.RandomSpacing };
                _plan = createPlan(plan.Settings, plan.Share);
                return new GeneratorReply.Planned(PlanOutline.Of(_plan));
            case GeneratorRequest.Prepare prepare:
                return await PrepareAsync(prepare.Stage);
            case GeneratorRequest.Run run when _runner is { } runner:
                return await RunAsync(runner, run.StartAt);
            case GeneratorRequest.Clean when _runner is { } runner:
                await runner.CleanAsync(CancellationToken.None);
                _runner = null;
                return new GeneratorReply.Cleaned();
            case GeneratorRequest.Finish when _plan is { } plan:
                // Counted first: closing the connections is not a loss, but a server that closes them at the same time would look like one.
                ImmutableArray<Statistics.FailureCount> losses = [.. plan.Losses];
                _plan = null;
                await plan.DisposeAsync();
                return new GeneratorReply.Finished(losses, Environment.CpuUsage.TotalTime.TotalSeconds);
            default:
                return new GeneratorReply.Failed($"a generator was sent {request.GetType().Name} out of order");
        }
    }

    private async Task<GeneratorReply> PrepareAsync(int stage)
    {
        ILoadPlan plan = _plan ?? throw new InvalidOperationException("there is no plan");
        _runner = new ScenarioRunner(plan.Stages[stage].Scenario, _options);
        try
        {
            await _runner.PrepareAsync(_interrupted.Token);
        }
        catch (OperationCanceledException) when (_interrupted.IsCancellationRequested)
        {
            // The coordinator knows, and will ask to clean.
        }

        return new GeneratorReply.Prepared();
    }

    private async Task<GeneratorReply> RunAsync(ScenarioRunner runner, long startAt)
    {
        double cpuBefore = Environment.CpuUsage.TotalTime.TotalSeconds;
        using CancellationTokenSource ended = new();
        Task progress = ReportProgressAsync(runner, ended.Token);
        try
        {
            ScenarioResult result = await runner.RunAsync(startAt, _interrupted.Token);
            return new GeneratorReply.Done(result, Environment.CpuUsage.TotalTime.TotalSeconds - cpuBefore);
        }
        finally
        {
            await ended.CancelAsync();
            await progress;
        }
    }

    private async Task ReportProgressAsync(ScenarioRunner runner, CancellationToken ended)
    {
        using PeriodicTimer timer = new(ProgressEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                await replies.SendAsync(new GeneratorReply.Progress(runner.ReadProgress()));
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }
}
