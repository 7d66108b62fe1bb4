using FastRegistry.Server.Registry;
using FastRegistry.Server.Work;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Hosting;

/// <summary>Ends the warm-up some time after the node was ready. The wheel only hands it over: telling every subscriber is work for a request worker.</summary>
internal sealed class WarmUp(ServiceRegistry registry, TimingWheel wheel, RequestQueue requests, ILogger log) : IDeadlineOwner, IQueuedRequest
{
    private const int RetryMilliseconds = 100;

    public void Start(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
        {
            return;
        }

        registry.BeginWarmUp();
        wheel.Arm(wheel.Allocate(this), wheel.Now, (int)duration.TotalMilliseconds);
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        if (!requests.TryAdd(this))
        {
            return Deadline.After(now, RetryMilliseconds);
        }

        wheel.Release(entry);
        return Deadline.None;
    }

    void IQueuedRequest.Run()
    {
        registry.EndWarmUp();
        log.WarmUpOver();
    }
}
