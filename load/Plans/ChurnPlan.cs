using System.Collections.Immutable;
using System.Globalization;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Plans;

/// <summary><c>churn</c>: clients come, register, subscribe where the target can push, query, stay a while and go; one in five without a word.</summary>
internal sealed class ChurnPlan : ILoadPlan
{
    private const int AbortOneIn = 5;

    private readonly ConnectionSet _connections;
    private readonly CountingSink _sink = new();
    private readonly bool _subscribes;

    public ChurnPlan(ConnectionSet connections)
    {
        _connections = connections;
        _subscribes = (connections.Target.Abilities & TargetAbilities.Push) != 0;
        RunSettings settings = connections.Settings;
        LoadScenario scenario = new()
        {
            Name = ScenarioNames.Churn,
            Run = LiveAsync,
            Steps = _subscribes ? ["connect", "register", "subscribe", "query"] : ["connect", "register", "query"],
            Phases = PlannedPhases.Of(connections, copies: Math.Max(1, connections.Share.Of(settings.Connections))),
            WarmUp = TimeSpan.FromSeconds(settings.WarmUpSeconds),
            CompletionTimeout = TimeSpan.FromSeconds((2 * settings.DwellSeconds) + settings.SetupTimeoutSeconds + 5),
        };
        Stages = [new LoadStage(scenario) { Unit = "life", CollectAfter = true }];
    }

    public ImmutableArray<LoadStage> Stages { get; }

    public IReadOnlyList<FailureCount> Losses => _connections.Losses;

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private async ValueTask<LoadResult> LiveAsync(ILoadContext context)
    {
        Life life = new(this, context.Iteration);
        LoadResult connected = await context.StepAsync("connect", life, static (life, stop) => life.ConnectAsync(stop)).ConfigureAwait(false);
        if (!connected.IsOk)
        {
            return connected;
        }

        LoadResult result = await context.StepAsync("register", life, static (life, _) => life.RegisterAsync()).ConfigureAwait(false);
        if (result.IsOk && _subscribes)
        {
            result = await context.StepAsync("subscribe", life, static (life, _) => life.SubscribeAsync()).ConfigureAwait(false);
        }

        if (result.IsOk)
        {
            result = await context.StepAsync("query", life, static (life, _) => life.QueryAsync()).ConfigureAwait(false);
        }

        await life.StayAsync(context.Stopping).ConfigureAwait(false);
        await life.LeaveAsync().ConfigureAwait(false);
        return result;
    }

    /// <summary>One client from connect to its end. Used by one iteration.</summary>
    private sealed class Life(ChurnPlan plan, long number)
    {
        private readonly string _service = string.Create(CultureInfo.InvariantCulture, $"load-churn-{number % plan._connections.Settings.Services}");
        private ITargetConnection? _connection;

        public async ValueTask<LoadResult> ConnectAsync(CancellationToken stopping)
        {
            try
            {
                _connection = await plan._connections.ConnectAsync(number, stopping).ConfigureAwait(false);
                return LoadResult.Ok();
            }
            catch (TargetException reason)
            {
                return LoadResult.Fail(reason.Message);
            }
        }

        public ValueTask<LoadResult> RegisterAsync()
        {
            LoadInstance instance = LoadInstances.Create(plan._connections.Share.Index, (int)(number % int.MaxValue), weight: 1);
            return _connection!.SendAsync(plan._connections.Target.PrepareRegister(_service, instance));
        }

        public ValueTask<LoadResult> SubscribeAsync() => _connection!.SubscribeAsync(_service, plan._sink);

        public ValueTask<LoadResult> QueryAsync() => _connection!.SendAsync(plan._connections.Target.PrepareQuery(_service));

        public async Task StayAsync(CancellationToken stopping)
        {
            TimeSpan dwell = TimeSpan.FromSeconds(plan._connections.Settings.DwellSeconds * 2 * Random.Shared.NextDouble());
            await Task.Delay(dwell, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public async ValueTask LeaveAsync()
        {
            if (number % AbortOneIn == 0)
            {
                _connection!.Abort();
                return;
            }

            await _connection!.LeaveAsync().ConfigureAwait(false);
        }
    }
}
