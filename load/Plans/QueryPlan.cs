using System.Collections.Immutable;
using System.Globalization;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Plans;

/// <summary><c>query</c>: lists of services that do not change.</summary>
internal sealed class QueryPlan : ILoadPlan
{
    private readonly ConnectionSet _connections;
    private readonly PreparedRequest[] _queries;

    public QueryPlan(ConnectionSet connections)
    {
        _connections = connections;
        RunSettings settings = connections.Settings;
        connections.Resize(Math.Max(1, connections.Share.Of(settings.Connections)));
        _queries = new PreparedRequest[settings.Services];
        LoadScenario scenario = new()
        {
            Name = ScenarioNames.Query,
            Init = (_, cancellationToken) => PrepareAsync(cancellationToken),
            Run = QueryAsync,
            Phases = PlannedPhases.Of(connections, connections.Count * settings.Outstanding),
            WarmUp = TimeSpan.FromSeconds(settings.WarmUpSeconds),
        };
        Stages = [new LoadStage(scenario) { Unit = "query" }];
    }

    public ImmutableArray<LoadStage> Stages { get; }

    public IReadOnlyList<FailureCount> Losses => _connections.Losses;

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private ValueTask<LoadResult> QueryAsync(ILoadContext context) =>
        _connections[PlannedPhases.ActsFor(context, _connections.Settings, _connections.Count)].SendAsync(_queries[context.Iteration % _queries.Length]);

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await _connections.OpenRestAsync(0, cancellationToken).ConfigureAwait(false);

        // A server knows only what was registered on it; the first connection to each fills it.
        HashSet<int> filled = [];
        for (int connection = 0; connection < _connections.Count; connection++)
        {
            if (filled.Add(_connections.ServerOf(connection)))
            {
                await FillAsync(_connections[connection]).ConfigureAwait(false);
            }
        }
    }

    private async Task FillAsync(ITargetConnection connection)
    {
        RunSettings settings = _connections.Settings;
        for (int service = 0; service < _queries.Length; service++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"load-query-{_connections.Share.Index}-{service}");
            for (int instance = 0; instance < settings.Instances; instance++)
            {
                LoadInstance registered = LoadInstances.Create(_connections.Share.Index, instance, weight: 1);
                LoadResult result = await connection.SendAsync(_connections.Target.PrepareRegister(name, registered)).ConfigureAwait(false);
                RequireOk(result, "register");
            }

            _queries[service] = _connections.Target.PrepareQuery(name);
            LoadResult list = await connection.SendAsync(_queries[service]).ConfigureAwait(false);
            RequireOk(list, "query");
        }
    }

    private static void RequireOk(LoadResult result, string operation)
    {
        if (!result.IsOk)
        {
            throw new CannotRunException($"the services to query cannot be prepared: {operation}: {result.StatusCode}");
        }
    }
}
