namespace FastRegistry.Wire.Outbound;

/// <summary>Counts the bytes that wait to be sent on all connections of a process together, and the bodies of open streams.</summary>
/// <remarks>
/// <para>
/// Thread-safe, without a lock; lives as long as the process' transports. A body that several streams send counts once (<see cref="SharedBodies"/>).
/// </para>
/// <para>
/// Waiting for room: whoever is refused because <see cref="IsExceeded"/> is true first makes itself known to the owner of <see cref="Drained"/> as waiting and
/// then calls <see cref="NoteRefused"/>, which marks the refusal and looks again. When the use falls to <see cref="LowWaterMarkBytes"/>, the thread that took
/// the last bytes off takes the mark and calls <see cref="Drained"/>, once per mark.
/// </para>
/// <para>
/// Races. The refused thread sets the mark, then reads the use; the draining thread changes the use, then reads the mark; a full fence lies between the two steps
/// of each. So at least one of them sees the other: either <see cref="NoteRefused"/> returns false and the refused one tries again by itself, or it was still
/// exceeded when the mark was set, and some later decrease to the low-water mark finds the mark. A mark that stands although its refused one has tried again by
/// itself makes <see cref="Drained"/> come once without need. Two threads that drain at once take one mark between them: one call. A use that rises again
/// between the decrease and the look leaves the mark for the next decrease.
/// </para>
/// </remarks>
/// <param name="limitBytes">When more is waiting, pushes only mark a resync. Default: a quarter of the memory the process may use.</param>
public sealed class OutboundBudget(long limitBytes)
{
    private long _used;
    private int _aboveHighWaterMark;
    private bool _hasRefused;

    /// <summary>A budget of a quarter of the memory limit of this process.</summary>
    public OutboundBudget()
        : this(Math.Max(64L * 1024 * 1024, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4))
    {
    }

    /// <summary>The bound in bytes.</summary>
    public long LimitBytes { get; } = limitBytes;

    /// <summary>With no more than this waiting, three quarters of <see cref="LimitBytes"/>, those that were refused are worth trying again.</summary>
    public long LowWaterMarkBytes { get; } = limitBytes - (limitBytes / 4);

    /// <summary>Bytes waiting now.</summary>
    public long UsedBytes => Volatile.Read(ref _used);

    /// <summary>Connections whose output has passed the high-water mark and has not drained yet.</summary>
    public int ConnectionsAboveHighWaterMark => Volatile.Read(ref _aboveHighWaterMark);

    /// <summary>True while more than the bound is waiting: nothing that can be put off should be added.</summary>
    public bool IsExceeded => UsedBytes > LimitBytes;

    /// <summary>Called when the use has fallen to the low-water mark since a refusal was noted. Comes from whoever sent or dropped bytes, a loop thread too, and never
    /// under a lock: must be short and must not throw. Set once, by the owner of the node, before there are connections.</summary>
    public Action? Drained { get; set; }

    /// <summary>Notes that somebody was refused because the budget is exceeded, and looks again. Thread-safe; calls nobody, so a lock may be held.</summary>
    /// <returns>True: it is still exceeded, and <see cref="Drained"/> comes. False: there is room meanwhile, and nobody else will come back to the caller for it.</returns>
    public bool NoteRefused()
    {
        if (!Volatile.Read(ref _hasRefused))
        {
            Interlocked.Exchange(ref _hasRefused, true);
        }
        else
        {
            // The mark of another refusal, which a draining thread may be taking at this moment: the look below must not be older than this.
            Interlocked.MemoryBarrier();
        }

        return IsExceeded;
    }

    internal void CountAboveHighWaterMark(int change) => Interlocked.Add(ref _aboveHighWaterMark, change);

    /// <summary>Adds bytes, or takes them off: then no lock may be held.</summary>
    internal void Add(long bytes)
    {
        Interlocked.Add(ref _used, bytes);
        if (bytes < 0 && Volatile.Read(ref _hasRefused))
        {
            NotifyIfDrained();
        }
    }

    private void NotifyIfDrained()
    {
        if (UsedBytes <= LowWaterMarkBytes && Interlocked.Exchange(ref _hasRefused, false))
        {
            Drained?.Invoke();
        }
    }
}
