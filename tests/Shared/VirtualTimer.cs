namespace FastRegistry.Tests;

/// <summary>A timer of a <see cref="VirtualTimeProvider"/>; the schedule fields are guarded by the provider's lock.</summary>
internal sealed class VirtualTimer(VirtualTimeProvider provider, TimerCallback callback, object? state) : ITimer
{
    public static readonly IComparer<VirtualTimer> ByDue = Comparer<VirtualTimer>.Create(
        static (left, right) => (left.DueTicks, left.Sequence).CompareTo((right.DueTicks, right.Sequence)));

    private volatile bool _disposed;

    public long DueTicks { get; set; }

    public long Sequence { get; set; }

    public TimeSpan Period { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed)
        {
            return false;
        }

        provider.Schedule(this, dueTime, period);
        return true;
    }

    public void Fire()
    {
        if (!_disposed)
        {
            callback(state);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        provider.Schedule(this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
