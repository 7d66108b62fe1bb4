namespace FastRegistry.Wire.Outbound;

/// <summary>Bytes waiting to be sent on all connections of a process together. Any thread; lives as long as the process' transports.</summary>
/// <param name="limitBytes">When more is waiting, pushes only mark a resync. Default: a quarter of the memory the process may use.</param>
public sealed class OutboundBudget(long limitBytes)
{
    private long _used;
    private int _behind;

    /// <summary>A budget of a quarter of the memory limit of this process.</summary>
    public OutboundBudget()
        : this(Math.Max(64L * 1024 * 1024, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4))
    {
    }

    /// <summary>The bound in bytes.</summary>
    public long LimitBytes { get; } = limitBytes;

    /// <summary>Bytes waiting now.</summary>
    public long UsedBytes => Volatile.Read(ref _used);

    /// <summary>Connections whose output has passed the behind mark and has not drained yet.</summary>
    public int BehindConnections => Volatile.Read(ref _behind);

    /// <summary>True when nothing that can wait should be added.</summary>
    public bool IsExceeded => UsedBytes > LimitBytes;

    internal void CountBehind(int change) => Interlocked.Add(ref _behind, change);

    internal void Add(long bytes) => Interlocked.Add(ref _used, bytes);
}
