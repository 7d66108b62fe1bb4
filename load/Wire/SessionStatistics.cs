using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Wire;

/// <summary>What all connections of a run count together. Any thread.</summary>
internal sealed class SessionStatistics
{
    private int _open;
    private long _probesAnswered;

    /// <summary>Ping sent → pong handled.</summary>
    public LatencyHistogram HeartbeatRoundTrip { get; } = new();

    /// <summary>Time the ping was due → pong handled: contains what this process was late with, so that stalls are not hidden.</summary>
    public LatencyHistogram HeartbeatFromDueTime { get; } = new();

    /// <summary>Connections that ended though nobody asked them to.</summary>
    public FailureCounter Losses { get; } = new();

    /// <summary>Connections that were started and have not ended.</summary>
    public int Open => Volatile.Read(ref _open);

    public long ProbesAnswered => Interlocked.Read(ref _probesAnswered);

    public void CountOpened() => Interlocked.Increment(ref _open);

    public void CountClosed() => Interlocked.Decrement(ref _open);

    public void CountProbe() => Interlocked.Increment(ref _probesAnswered);
}
