using FastRegistry.Server.Events;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Registry;

/// <summary>Services that have neither instances nor subscribers, on their way out of the table.</summary>
/// <remarks>
/// Whoever empties a service adds it, holding its gate; the wheel's thread forgets it when it has been empty for the whole time. Its own gate is taken
/// last. When the wheel is full a service stays until it is emptied again: it counts against the limit of services, so that is a bound.
/// </remarks>
internal sealed class EmptyServices(ServiceTable services, TimingWheel wheel, TimeSpan forgetAfter, EventHub events) : IDeadlineOwner
{
    private readonly Lock _emptyGate = new();
    private readonly Dictionary<int, ServiceEntry> _byWheelEntry = [];
    private readonly int _forgetAfterMilliseconds = (int)forgetAfter.TotalMilliseconds;

    /// <summary>Begins the time of a service again. The caller holds the service's gate.</summary>
    public void AddHoldingGate(ServiceEntry service)
    {
        service.EmptySince = wheel.Now;
        if (service.ForgetEntry >= 0 || !wheel.TryAllocate(this, out int entry))
        {
            return;
        }

        service.ForgetEntry = entry;
        lock (_emptyGate)
        {
            _byWheelEntry.Add(entry, service);
        }

        wheel.Arm(entry, service.EmptySince, _forgetAfterMilliseconds);
    }

    /// <summary>A service has had its time: it is forgotten unless it is in use again.</summary>
    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        ServiceEntry? service;
        lock (_emptyGate)
        {
            if (!_byWheelEntry.TryGetValue(entry, out service))
            {
                return Deadline.None;
            }
        }

        lock (service.ServiceGate)
        {
            if (service.IsEmptyHoldingGate)
            {
                if (wheel.Effective(service.EmptySince) + _forgetAfterMilliseconds > now)
                {
                    return Deadline.After(service.EmptySince, _forgetAfterMilliseconds);
                }

                service.ForgetHoldingGate();

                // Before it leaves the table: from then on the same name can be created again, and that event must come after this one.
                events.Publish(new ServiceDisappeared(service.Key));
                services.Remove(service);
            }

            service.ForgetEntry = -1;
        }

        lock (_emptyGate)
        {
            _byWheelEntry.Remove(entry);
        }

        wheel.Release(entry);
        return Deadline.None;
    }
}
