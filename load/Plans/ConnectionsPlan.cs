using System.Collections.Immutable;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Plans;

/// <summary><c>connections</c>: opens them, leaves them alone, has each send its heartbeats, closes them.</summary>
internal sealed class ConnectionsPlan : ILoadPlan
{
    private readonly ConnectionSet _connections;

    public ConnectionsPlan(ConnectionSet connections)
    {
        _connections = connections;
        RunSettings settings = connections.Settings;
        int count = connections.Share.Of(settings.Connections);
        connections.Resize(count);
        List<LoadStage> stages = [Connect(settings, count)];
        if (settings.IdleSeconds > 0)
        {
            stages.Add(PauseStage.Create("idle", settings.IdleSeconds));
        }

        if (settings.HeartbeatSeconds is { } interval && settings.DuringSeconds > 0)
        {
            stages.Add(Heartbeats(settings, count, interval));
        }

        stages.Add(Close(settings, count));
        Stages = [.. stages];
    }

    public ImmutableArray<LoadStage> Stages { get; }

    public IReadOnlyList<FailureCount> Losses => _connections.Losses;

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private LoadStage Connect(RunSettings settings, int count)
    {
        int concurrency = Math.Max(1, _connections.Share.Of(settings.Concurrency));
        LoadPhase phase = settings.Rate is { } rate
            ? new LoadPhase.Inject(_connections.Share.Of(rate), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(settings.Connections / rate))
            : new LoadPhase.IterationsForConstant(concurrency, count);
        LoadScenario scenario = new()
        {
            Name = "connect",
            Run = ConnectOneAsync,
            Phases = [phase],
            CompletionTimeout = TimeSpan.FromSeconds(settings.SetupTimeoutSeconds + 5),
        };
        return new LoadStage(scenario) { Unit = "connection", CollectAfter = true };
    }

    private LoadStage Heartbeats(RunSettings settings, int count, double interval)
    {
        LoadScenario scenario = new()
        {
            Name = "heartbeats",
            Run = HeartbeatAsync,
            Phases = [new LoadPhase.Inject(count, TimeSpan.FromSeconds(interval), TimeSpan.FromSeconds(Math.Max(settings.DuringSeconds, interval)))],
        };
        return new LoadStage(scenario) { Unit = "heartbeat", CollectAfter = true };
    }

    private LoadStage Close(RunSettings settings, int count)
    {
        int concurrency = Math.Max(1, _connections.Share.Of(settings.Concurrency));
        LoadScenario scenario = new()
        {
            Name = "close",
            Run = CloseAsync,
            Phases = [new LoadPhase.IterationsForConstant(concurrency, count)],
        };
        return new LoadStage(scenario) { Unit = "close" };
    }

    private async ValueTask<LoadResult> ConnectOneAsync(ILoadContext context)
    {
        if (context.Iteration >= _connections.Count)
        {
            // A rate may ask for one more than there are slots, by rounding.
            return LoadResult.Ok();
        }

        try
        {
            await _connections.OpenAsync((int)context.Iteration, context.Stopping).ConfigureAwait(false);
            return LoadResult.Ok();
        }
        catch (TargetException reason)
        {
            return LoadResult.Fail(reason.Message);
        }
    }

    private ValueTask<LoadResult> HeartbeatAsync(ILoadContext context) =>
        _connections.Find((int)(context.Iteration % _connections.Count)) is { } connection
            ? connection.HeartbeatAsync()
            : new ValueTask<LoadResult>(LoadResult.Fail("not open"));

    private async ValueTask<LoadResult> CloseAsync(ILoadContext context)
    {
        if (_connections.Find((int)context.Iteration) is not { IsOpen: true } connection)
        {
            return LoadResult.Fail("not open");
        }

        await connection.LeaveAsync().ConfigureAwait(false);
        return LoadResult.Ok();
    }
}
