using System.Collections.Immutable;
using System.Globalization;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Plans;

/// <summary><c>instances</c>: fills the registry with instances, each registered once, to see what one costs.</summary>
internal sealed class InstancesPlan : ILoadPlan
{
    private readonly ConnectionSet _connections;

    public InstancesPlan(ConnectionSet connections)
    {
        _connections = connections;
        RunSettings settings = connections.Settings;
        connections.Resize(Math.Max(1, connections.Share.Of(settings.Connections)));
        LoadScenario connect = new()
        {
            Name = "connect",
            Run = ConnectAsync,
            Phases = [new LoadPhase.IterationsForConstant(1, connections.Count)],
        };
        LoadScenario fill = new()
        {
            Name = "fill",
            Run = RegisterAsync,
            Phases = [new LoadPhase.IterationsForConstant(connections.Count * settings.Outstanding, connections.Share.Of(settings.Instances))],
        };
        Stages =
        [
            new LoadStage(connect) { Unit = "connection", CollectAfter = true },
            new LoadStage(fill) { Unit = "register", CollectAfter = true },
            .. settings.IdleSeconds > 0 ? (ImmutableArray<LoadStage>)[PauseStage.Create("registered", settings.IdleSeconds)] : [],
        ];
    }

    public ImmutableArray<LoadStage> Stages { get; }

    public IReadOnlyList<FailureCount> Losses => _connections.Losses;

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private async ValueTask<LoadResult> ConnectAsync(ILoadContext context)
    {
        await _connections.OpenAsync((int)context.Iteration, context.Stopping).ConfigureAwait(false);
        return LoadResult.Ok();
    }

    private ValueTask<LoadResult> RegisterAsync(ILoadContext context)
    {
        int services = _connections.Settings.Services;
        string service = string.Create(CultureInfo.InvariantCulture, $"load-instances-{context.Iteration % services}");
        LoadInstance instance = LoadInstances.Create(_connections.Share.Index, (int)(context.Iteration / services), weight: 1);
        return _connections[(int)(context.Iteration % _connections.Count)].SendAsync(_connections.Target.PrepareRegister(service, instance));
    }
}
