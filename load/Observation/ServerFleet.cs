using System.Collections.Immutable;
using System.Net;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Observation;

/// <summary>All servers under load as one: every number is the sum over them, and they are asked at the same time.</summary>
/// <remarks>Owned by the command; one per run. Any thread. Every question fails with a <see cref="CannotRunException"/> that names the server that does not
/// answer.</remarks>
/// <param name="observers">One for each server; disposed of with this.</param>
internal sealed class ServerFleet(ImmutableArray<ServerObserver> observers) : IDisposable
{
    private const int ReadingsToWarmUp = 20;
    private const int ReadingsToMeasure = 20;

    public static ServerFleet Of(ImmutableArray<ServerAddress> servers) =>
        new([.. servers.Select(static server => new ServerObserver(IPEndPoint.Parse(server.Http)))]);

    /// <summary>Reads metrics without disturbing anybody.</summary>
    public async Task<ServerMetrics> ReadAsync(CancellationToken cancellationToken) => ServerMetrics.Sum(await ReadEachAsync(cancellationToken));

    /// <summary>As <see cref="ReadAsync"/>, one by one in the order of the servers.</summary>
    public Task<ServerMetrics[]> ReadEachAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(observers.Select(observer => observer.ReadAsync(cancellationToken)));

    /// <summary>What one <see cref="ReadAsync"/> costs all servers together, so that looking is not charged to what is looked at.</summary>
    /// <remarks>For a quiet moment: the difference of readings that follow each other at once.</remarks>
    public async Task<ServerReading> MeasureReadingCostAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < ReadingsToWarmUp; i++)
        {
            await ReadAsync(cancellationToken);
        }

        ServerReading first = (await ReadAsync(cancellationToken)).Reading;
        ServerReading last = first;
        for (int i = 0; i < ReadingsToMeasure; i++)
        {
            last = (await ReadAsync(cancellationToken)).Reading;
        }

        return new ServerReading(
            (last.CpuSeconds - first.CpuSeconds) / ReadingsToMeasure, (last.AllocatedBytes - first.AllocatedBytes) / ReadingsToMeasure, last.Connections);
    }

    /// <summary>Forces a collection on all, which stops them for a moment, and reads what is left.</summary>
    /// <param name="when">For the report: the stage that is over.</param>
    public async Task<MemoryPoint> CollectAsync(string when, CancellationToken cancellationToken)
    {
        ServerMemory[] all = await Task.WhenAll(observers.Select(observer => observer.CollectAsync(cancellationToken)));
        return new MemoryPoint(
            when,
            all.Sum(static memory => memory.ManagedHeapBytes),
            all.Sum(static memory => memory.ResidentAnonymousBytes),
            all.Sum(static memory => memory.Connections),
            KernelMemoryReader.Read());
    }

    /// <summary>What must be given back, one sum for each of <see cref="RestGauge.All"/>; null where a server does not tell.</summary>
    public async Task<ImmutableArray<double?>> ReadRestGaugesAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<double?>[] all = await Task.WhenAll(observers.Select(observer => observer.ReadRestGaugesAsync(cancellationToken)));
        return [.. RestGauge.All.Select((_, i) => all.Aggregate((double?)0, (sum, values) => sum + values[i]))];
    }

    public void Dispose()
    {
        foreach (ServerObserver observer in observers)
        {
            observer.Dispose();
        }
    }
}
