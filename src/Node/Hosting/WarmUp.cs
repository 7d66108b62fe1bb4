using FastRegistry.Node.Observability;
using FastRegistry.Node.Workers;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Node.Hosting;

/// <summary>Ends the warm-up some time after the node was ready. The wheel only hands it over: telling every subscriber is work for a request worker.</summary>
internal sealed class WarmUp(ServiceRegistry registry, TimingWheel wheel, RequestQueue requests, ILogger log) : IDeadlineOwner, IWorkItem
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

    void IWorkItem.Run()
    {
        registry.EndWarmUp();
        log.WarmUpOver();
    }
}
