using System.Globalization;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Plans;

/// <summary>One client of <see cref="ChurnPlan"/>, from connect to its end. Used by one iteration.</summary>
internal sealed class ChurnLife(ConnectionSet connections, IPushSink sink, long number)
{
    private const int BatchInstances = 3;

    // Batches are told apart from other instances by the second number of their address.
    private const int FirstBatchOwner = 128;

    private readonly string _service = ServiceOf(connections, number);
    private ITargetConnection? _connection;

    private int Number => (int)(number % (int.MaxValue / BatchInstances));

    private ITarget Target => connections.Target;

    public async ValueTask<LoadResult> ConnectAsync(CancellationToken stopping)
    {
        try
        {
            _connection = await connections.ConnectAsync(number, stopping).ConfigureAwait(false);
            return LoadResult.Ok();
        }
        catch (TargetException reason)
        {
            return LoadResult.Fail(reason.Message);
        }
    }

    /// <summary>Registers its own instance, or changes its metadata.</summary>
    public ValueTask<LoadResult> RegisterAsync(string change) => _connection!.SendAsync(Target.PrepareRegister(_service, Instance(change)));

    public ValueTask<LoadResult> SubscribeAsync() => _connection!.SubscribeAsync(_service, sink);

    public ValueTask<LoadResult> QueryAsync() => _connection!.SendAsync(Target.PrepareQuery(_service));

    /// <summary>Registers several instances of the next service.</summary>
    public ValueTask<LoadResult> RegisterBatchAsync()
    {
        int owner = FirstBatchOwner + (connections.Share.Index % FirstBatchOwner);
        LoadInstance[] instances = [.. Enumerable.Range(Number * BatchInstances, BatchInstances).Select(i => LoadInstances.Create(owner, i, weight: 1))];
        return _connection!.SendAsync(Target.PrepareBatch(ServiceOf(connections, number + 1), instances));
    }

    public ValueTask<LoadResult> UnsubscribeAsync() => _connection!.UnsubscribeAsync(sink);

    public ValueTask<LoadResult> DeregisterAsync() => _connection!.SendAsync(Target.PrepareDeregister(_service, Instance("1")));

    /// <summary>Half of a life.</summary>
    public async Task StayAsync(CancellationToken stopping)
    {
        TimeSpan dwell = TimeSpan.FromSeconds(connections.Settings.DwellSeconds * Random.Shared.NextDouble());
        await Task.Delay(dwell, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public ValueTask LeaveAsync(bool withoutWord)
    {
        if (!withoutWord)
        {
            return _connection!.LeaveAsync();
        }

        _connection!.Abort();
        return ValueTask.CompletedTask;
    }

    private static string ServiceOf(ConnectionSet connections, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"load-churn-{number % connections.Settings.Services}");

    private LoadInstance Instance(string change) =>
        LoadInstances.Create(connections.Share.Index % FirstBatchOwner, Number, weight: 1, [new("version", "1.0.0"), new("change", change)]);
}
