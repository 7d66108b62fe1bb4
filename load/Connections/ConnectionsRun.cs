using System.Diagnostics;
using System.Net.Sockets;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Wire;

namespace FastRegistry.Load.Connections;

/// <summary>One run: base reading, open, reading while idle, heartbeats, close. Used once.</summary>
/// <remarks>The server's memory is read before the heartbeats begin and after they end: reading stops the server, which must not be in their latency.</remarks>
internal sealed class ConnectionsRun(ConnectionsOptions options) : IDisposable
{
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    private readonly ServerObserver _server = new(options.Http);
    private readonly SessionStatistics _statistics = new();

    /// <exception cref="CannotRunException">The server does not answer.</exception>
    public async Task<ConnectionsReport> RunAsync(CancellationToken interrupted)
    {
        ServerMemory before;
        try
        {
            before = await _server.CollectAsync(interrupted);
            await RequireTransportAsync(interrupted);
        }
        catch (OperationCanceledException)
        {
            throw new CannotRunException("interrupted before it began");
        }

        try
        {
            return await RunPhasesAsync(before, interrupted);
        }
        catch (CannotRunException reason) when (_statistics.Losses.ToList() is [FailureCount loss, ..])
        {
            throw new CannotRunException($"{reason.Message}; {_statistics.Losses.Total} connections had ended by then, most as {loss.Kind}");
        }
    }

    public void Dispose() => _server.Dispose();

    private async Task<ConnectionsReport> RunPhasesAsync(ServerMemory before, CancellationToken interrupted)
    {
        ConnectionOpener opener = new(options, _statistics);
        PhaseCost connectCost = await MeasureAsync(() => opener.OpenAllAsync(interrupted));
        LatencySummary latency = opener.Latency.Summarise();
        IReadOnlyList<SessionConnection> sessions = opener.Opened;
        ConnectPhase connect = new(options.Connections, sessions.Count, latency, opener.Failures.ToList(), connectCost);

        await Task.Delay(Settle, CancellationToken.None);
        ServerMemory idle = await _server.CollectAsync(CancellationToken.None);
        HoldPhase hold = await HoldAsync(sessions, interrupted);
        ServerMemory after = await _server.CollectAsync(CancellationToken.None);
        ClosePhase close = await CloseAsync(sessions, before.Connections);
        return new ConnectionsReport(
            RunSettings.Of(options), Machine.Read(), connect, hold, close, new MemoryReadings(before, idle, after), interrupted.IsCancellationRequested);
    }

    /// <summary>A clear word when nobody listens, instead of thousands of failures.</summary>
    private async Task RequireTransportAsync(CancellationToken interrupted)
    {
        using Socket socket = new(options.Server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(options.Server, interrupted).AsTask().WaitAsync(options.SetupTimeout, interrupted);
        }
        catch (Exception fault) when (fault is SocketException or TimeoutException)
        {
            throw new CannotRunException($"no server takes connections at {options.Server}: {fault.Message}");
        }
    }

    private async Task<HoldPhase> HoldAsync(IReadOnlyList<SessionConnection> sessions, CancellationToken interrupted)
    {
        HeartbeatPacer? pacer = options.Heartbeat is { } interval ? new HeartbeatPacer(sessions, interval) : null;
        PhaseCost cost = await MeasureAsync(async () =>
        {
            if (pacer is null)
            {
                await Task.Delay(options.Hold, interrupted).ContinueWith(static _ => { }, TaskScheduler.Default);
                return;
            }

            await pacer.RunAsync(options.Hold, interrupted);
            await WaitUntilAsync(() => _statistics.HeartbeatRoundTrip.Count >= pacer.Sent, LastAnswers);
        });
        HeartbeatResult? heartbeats = pacer is null
            ? null
            : new HeartbeatResult(pacer.Asked, pacer.Sent, _statistics.HeartbeatRoundTrip.Summarise(), _statistics.HeartbeatFromDueTime.Summarise());
        return new HoldPhase(heartbeats, _statistics.ProbesAnswered, _statistics.Losses.ToList(), cost);
    }

    private async Task<ClosePhase> CloseAsync(IReadOnlyList<SessionConnection> sessions, int connectionsBefore)
    {
        int aborted = 0;
        PhaseCost cost = await MeasureAsync(async () =>
        {
            foreach (SessionConnection session in sessions)
            {
                session.Leave();
            }

            await WaitUntilAsync(() => _statistics.Open == 0, LongestClose);
            aborted = _statistics.Open;
            foreach (SessionConnection session in sessions)
            {
                session.Abort();
            }
        });
        return new ClosePhase(aborted, await CountLeftAsync(connectionsBefore), cost);
    }

    private async Task<int> CountLeftAsync(int connectionsBefore)
    {
        long startedAt = Stopwatch.GetTimestamp();
        int left = await _server.ReadConnectionsAsync(CancellationToken.None) - connectionsBefore;
        while (left > 0 && Stopwatch.GetElapsedTime(startedAt) < LastAnswers)
        {
            await Task.Delay(Settle);
            left = await _server.ReadConnectionsAsync(CancellationToken.None) - connectionsBefore;
        }

        return Math.Max(left, 0);
    }

    private async Task<PhaseCost> MeasureAsync(Func<Task> phase)
    {
        double serverBefore = await _server.ReadCpuSecondsAsync(CancellationToken.None);
        TimeSpan ownBefore = Environment.CpuUsage.TotalTime;
        long startedAt = Stopwatch.GetTimestamp();
        await phase();
        double seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        double own = (Environment.CpuUsage.TotalTime - ownBefore).TotalSeconds;
        double server = await _server.ReadCpuSecondsAsync(CancellationToken.None) - serverBefore;
        return new PhaseCost(seconds, server, own);
    }

    private static async Task WaitUntilAsync(Func<bool> reached, TimeSpan longest)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (!reached() && Stopwatch.GetElapsedTime(startedAt) < longest)
        {
            await Task.Delay(PollInterval);
        }
    }
}
