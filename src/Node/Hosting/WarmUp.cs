using FastRegistry.Node.Observability;
using FastRegistry.Node.Workers;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Node.Hosting;

/// <summary>Ends the warm-up some time after the node was ready, and has every subscriber told within a few seconds, not at one moment.</summary>
/// <remarks>The wheel only triggers each step; a request worker runs it. One step at a time: the wheel is armed for the next one when a step is through.</remarks>
internal sealed class WarmUp(ServiceRegistry registry, TimingWheel wheel, RequestQueue requests, ILogger log) : IDeadlineOwner, IWorkItem
{
    private const int StepMilliseconds = 100;

    // Three seconds in all: a whole list for each subscriber of a large node is spread over it.
    private const int Steps = 30;

    private ServiceEntry[]? _services;
    private int _entry;
    private int _next;

    public void Start(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
        {
            return;
        }

        registry.BeginWarmUp();
        _entry = wheel.Allocate(this);
        wheel.Arm(_entry, wheel.Now, (int)duration.TotalMilliseconds);
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now) => requests.TryAdd(this) ? Deadline.None : Deadline.After(now, StepMilliseconds);

    void IWorkItem.Run()
    {
        if (_services is null)
        {
            _services = registry.EndWarmUp();
            log.WarmUpOver();
        }

        int end = Math.Min(_services.Length, _next + (_services.Length / Steps) + 1);
        for (; _next < end; _next++)
        {
            registry.PushAgain(_services[_next]);
        }

        if (_next < _services.Length)
        {
            wheel.Arm(_entry, wheel.Now, StepMilliseconds);
            return;
        }

        _services = [];
        wheel.Release(_entry);
    }
}
