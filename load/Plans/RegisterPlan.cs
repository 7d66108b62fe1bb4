using System.Collections.Immutable;
using System.Globalization;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Plans;

/// <summary><c>register</c>: every copy registers an instance of its own in one service after the other, each time with another weight than before.</summary>
/// <remarks>So every registration changes something, and the number of instances stays what it is after the first round.</remarks>
internal sealed class RegisterPlan : ILoadPlan
{
    private const int Weights = 2;

    private readonly ConnectionSet _connections;
    private readonly int _copies;

    // [copy][weight * services + service]
    private readonly PreparedRequest[][] _requests;
    private readonly int[] _turns;

    public RegisterPlan(ConnectionSet connections)
    {
        _connections = connections;
        RunSettings settings = connections.Settings;
        connections.Resize(Math.Max(1, connections.Share.Of(settings.Connections)));
        _copies = connections.Count * settings.Outstanding;
        _requests = new PreparedRequest[_copies][];
        _turns = new int[_copies];
        LoadScenario scenario = new()
        {
            Name = ScenarioNames.Register,
            Init = (_, cancellationToken) => PrepareAsync(cancellationToken),
            Run = RegisterAsync,
            Phases = PlannedPhases.Of(connections, _copies),
            WarmUp = TimeSpan.FromSeconds(settings.WarmUpSeconds),
        };
        Stages = [new LoadStage(scenario) { Unit = "register" }];
    }

    public ImmutableArray<LoadStage> Stages { get; }

    public IReadOnlyList<FailureCount> Losses => _connections.Losses;

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private ValueTask<LoadResult> RegisterAsync(ILoadContext context)
    {
        int copy = PlannedPhases.ActsFor(context, _connections.Settings, _copies);
        PreparedRequest[] requests = _requests[copy];

        // Round after round through the services, with the other weight each time.
        uint turn = (uint)Interlocked.Increment(ref _turns[copy]);
        return _connections[copy % _connections.Count].SendAsync(requests[turn % requests.Length]);
    }

    private Task PrepareAsync(CancellationToken cancellationToken)
    {
        int services = _connections.Settings.Services;
        for (int copy = 0; copy < _copies; copy++)
        {
            PreparedRequest[] requests = new PreparedRequest[Weights * services];
            for (int i = 0; i < requests.Length; i++)
            {
                string service = string.Create(CultureInfo.InvariantCulture, $"load-register-{i % services}");
                requests[i] = _connections.Target.PrepareRegister(service, LoadInstances.Create(_connections.Share.Index, copy, weight: 1 + (i / services)));
            }

            _requests[copy] = requests;
        }

        return _connections.OpenRestAsync(0, cancellationToken);
    }
}
