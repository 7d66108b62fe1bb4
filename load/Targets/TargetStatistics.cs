using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Targets;

/// <summary>What all connections of a target count together. Any thread.</summary>
internal sealed class TargetStatistics
{
    private int _open;
    private long _probesAnswered;
    private long _receivedBytes;

    /// <summary>Connections that ended though nobody here asked them to, by reason.</summary>
    public FailureCounter Losses { get; } = new();

    /// <summary>Connections that were opened and have not ended.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Probes of the server that were answered.</summary>
    public long ProbesAnswered => Interlocked.Read(ref _probesAnswered);

    /// <summary>Bytes of whole frames that native connections have taken in.</summary>
    public long ReceivedBytes => Interlocked.Read(ref _receivedBytes);

    public void CountOpened() => Interlocked.Increment(ref _open);

    public void CountClosed() => Interlocked.Decrement(ref _open);

    public void CountProbe() => Interlocked.Increment(ref _probesAnswered);

    public void CountReceived(long bytes) => Interlocked.Add(ref _receivedBytes, bytes);
}
