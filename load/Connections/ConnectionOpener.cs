using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Wire;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Load.Connections;

/// <summary>Opens and sets up the connections of a run, a bounded number at a time, and measures each. Used once.</summary>
/// <remarks>Latency counts from the moment a connection was due when a rate was asked for, else from the beginning of its connect.</remarks>
internal sealed class ConnectionOpener(ConnectionsOptions options, SessionStatistics statistics)
{
    // A server that refuses everything is not worth waiting for to the end.
    private const int MaximumFailures = 500;

    private readonly SocketConnector _connector = new(new SocketTransport(new TransportResources()));
    private readonly SessionConnection?[] _opened = new SessionConnection?[options.Connections];
    private long _startedAt;
    private int _next = -1;

    public LatencyHistogram Latency { get; } = new();

    public FailureCounter Failures { get; } = new();

    /// <summary>The connections that were set up.</summary>
    public IReadOnlyList<SessionConnection> Opened => [.. _opened.Where(static connection => connection is not null)!];

    /// <summary>Returns when all have succeeded or failed, or when it was cancelled and what had begun is over.</summary>
    public async Task OpenAllAsync(CancellationToken cancellationToken)
    {
        _startedAt = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, options.Concurrency).Select(_ => Task.Run(() => OpenInTurnsAsync(cancellationToken), CancellationToken.None)));
    }

    private async Task OpenInTurnsAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && Failures.Total < MaximumFailures)
        {
            int index = Interlocked.Increment(ref _next);
            if (index >= options.Connections)
            {
                return;
            }

            try
            {
                long beganAt = await WaitForTurnAsync(index, cancellationToken);
                await OpenAsync(index, beganAt, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<long> WaitForTurnAsync(int index, CancellationToken cancellationToken)
    {
        if (options.RatePerSecond is not { } rate)
        {
            return Stopwatch.GetTimestamp();
        }

        long dueAt = _startedAt + (long)((double)index / rate * Stopwatch.Frequency);
        TimeSpan wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), dueAt);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, cancellationToken);
        }

        return dueAt;
    }

    private async Task OpenAsync(int index, long beganAt, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.SetupTimeout);
        SessionConnection? session = null;
        try
        {
            session = new SessionConnection(await _connector.ConnectAsync(options.Server, SourceOf(index), timeout.Token), statistics);
            session.Begin();
            SetupStatus status = await session.SetUp.WaitAsync(timeout.Token);
            if (status.Failure is not null)
            {
                Failures.Count(status.Failure);
                return;
            }

            Latency.Record(status.CompletedAt - beganAt);
            _opened[index] = session;
        }
        catch (SocketException fault)
        {
            Failures.Count($"connect: {fault.SocketErrorCode}");
        }
        catch (OperationCanceledException)
        {
            session?.Abort();
            cancellationToken.ThrowIfCancellationRequested();
            Failures.Count(session is null ? "connect: timed out" : "set-up: timed out");
        }
    }

    private IPAddress? SourceOf(int index) => options.Sources == 0 ? null : new IPAddress([127, 0, 0, (byte)(2 + (index % options.Sources))]);
}
