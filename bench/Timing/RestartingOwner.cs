using FastRegistry.Wire.Timing;

namespace FastRegistry.Bench.Timing;

/// <summary>An owner that starts the same time-out again, so that the number of armed entries stays what it is.</summary>
internal sealed class RestartingOwner(int timeoutMilliseconds) : IDeadlineOwner
{
    public Deadline OnDeadline(int entry, long now) => Deadline.After(now, timeoutMilliseconds);
}
