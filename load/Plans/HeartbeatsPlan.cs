using System.Collections.Immutable;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Plans;

/// <summary><c>heartbeats</c>: a rate of heartbeats over connections that are open already.</summary>
internal sealed class HeartbeatsPlan : ILoadPlan
{
    private readonly ConnectionSet _connections;

    public HeartbeatsPlan(ConnectionSet connections)
    {
        _connections = connections;
        RunSettings settings = connections.Settings;
        connections.Resize(connections.Share.Of(settings.Connections));
        LoadScenario scenario = new()
        {
            Name = ScenarioNames.Heartbeats,
            Init = (_, cancellationToken) => connections.OpenRestAsync(0, cancellationToken),
            Run = HeartbeatAsync,
            Phases = PlannedPhases.Of(connections, copies: connections.Count),
            WarmUp = TimeSpan.FromSeconds(settings.WarmUpSeconds),
        };
        Stages = [new LoadStage(scenario) { Unit = "heartbeat" }];
    }

    public ImmutableArray<LoadStage> Stages { get; }

    public IReadOnlyList<FailureCount> Losses => _connections.Losses;

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private ValueTask<LoadResult> HeartbeatAsync(ILoadContext context) => _connections[(int)(context.Iteration % _connections.Count)].HeartbeatAsync();
}
