using System.Collections.Immutable;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Plans;

/// <summary><c>churn</c>: clients come, do everything a client can do, stay a while and go. What they leave to the server to clean up differs from one to the next.</summary>
internal sealed class ChurnPlan : ILoadPlan
{
    // Without common factors: every combination of endings comes up.
    private const int AbortOneIn = 5;
    private const int UnsubscribeOneIn = 2;
    private const int DeregisterOneIn = 3;

    private readonly ConnectionSet _connections;
    private readonly CountingSink _sink = new();
    private readonly TargetAbilities _abilities;

    public ChurnPlan(ConnectionSet connections)
    {
        _connections = connections;
        _abilities = connections.Target.Abilities;
        RunSettings settings = connections.Settings;
        LoadScenario scenario = new()
        {
            Name = ScenarioNames.Churn,
            Run = LiveAsync,
            Steps =
            [
                "connect", "register",
                .. Can(TargetAbilities.Push) ? (ImmutableArray<string>)["subscribe"] : [],
                "query", "change",
                .. Can(TargetAbilities.Batch) ? (ImmutableArray<string>)["batch"] : [],
                .. Can(TargetAbilities.Push | TargetAbilities.Unsubscribe) ? (ImmutableArray<string>)["unsubscribe"] : [],
                "deregister",
            ],
            Phases = PlannedPhases.Of(connections, copies: Math.Max(1, connections.Share.Of(settings.Connections))),
            WarmUp = TimeSpan.FromSeconds(settings.WarmUpSeconds),
            CompletionTimeout = TimeSpan.FromSeconds((2 * settings.DwellSeconds) + settings.SetupTimeoutSeconds + 5),
        };
        Stages = [new LoadStage(scenario) { Unit = "life", CollectAfter = true, WatchRest = true }];
    }

    public ImmutableArray<LoadStage> Stages { get; }

    public IReadOnlyList<FailureCount> Losses => _connections.Losses;

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private bool Can(TargetAbilities abilities) => (_abilities & abilities) == abilities;

    private async ValueTask<LoadResult> LiveAsync(ILoadContext context)
    {
        ChurnLife life = new(_connections, _sink, context.Iteration);
        LoadResult connected = await context.StepAsync("connect", life, static (life, stop) => life.ConnectAsync(stop)).ConfigureAwait(false);
        if (!connected.IsOk)
        {
            return connected;
        }

        LoadResult result = await ArriveAsync(context, life).ConfigureAwait(false);
        await life.StayAsync(context.Stopping).ConfigureAwait(false);
        if (result.IsOk)
        {
            result = await ChangeAsync(context, life).ConfigureAwait(false);
        }

        await life.StayAsync(context.Stopping).ConfigureAwait(false);
        if (result.IsOk)
        {
            result = await TidyAsync(context, life).ConfigureAwait(false);
        }

        await life.LeaveAsync(withoutWord: context.Iteration % AbortOneIn == 0).ConfigureAwait(false);
        return result;
    }

    private async ValueTask<LoadResult> ArriveAsync(ILoadContext context, ChurnLife life)
    {
        LoadResult result = await context.StepAsync("register", life, static (life, _) => life.RegisterAsync("0")).ConfigureAwait(false);
        if (result.IsOk && Can(TargetAbilities.Push))
        {
            result = await context.StepAsync("subscribe", life, static (life, _) => life.SubscribeAsync()).ConfigureAwait(false);
        }

        return result.IsOk ? await context.StepAsync("query", life, static (life, _) => life.QueryAsync()).ConfigureAwait(false) : result;
    }

    private async ValueTask<LoadResult> ChangeAsync(ILoadContext context, ChurnLife life)
    {
        LoadResult result = await context.StepAsync("change", life, static (life, _) => life.RegisterAsync("1")).ConfigureAwait(false);
        return result.IsOk && Can(TargetAbilities.Batch)
            ? await context.StepAsync("batch", life, static (life, _) => life.RegisterBatchAsync()).ConfigureAwait(false)
            : result;
    }

    private async ValueTask<LoadResult> TidyAsync(ILoadContext context, ChurnLife life)
    {
        LoadResult result = LoadResult.Ok();
        if (context.Iteration % UnsubscribeOneIn == 0 && Can(TargetAbilities.Push | TargetAbilities.Unsubscribe))
        {
            result = await context.StepAsync("unsubscribe", life, static (life, _) => life.UnsubscribeAsync()).ConfigureAwait(false);
        }

        return result.IsOk && context.Iteration % DeregisterOneIn == 0
            ? await context.StepAsync("deregister", life, static (life, _) => life.DeregisterAsync()).ConfigureAwait(false)
            : result;
    }
}
