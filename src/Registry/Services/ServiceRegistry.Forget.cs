using FastRegistry.Wire.Timing;

namespace FastRegistry.Registry.Services;

/// <summary>Services that have no instances, on their way out.</summary>
/// <remarks>
/// Whoever empties a service adds it, holding its gate; when it has been empty for the whole time, the wheel's thread has it disappear and, if nobody subscribes,
/// takes it out of the table. What is set for a service by hand outlives it, and its overrides live their own
/// time: it is longer then. Its own gate is taken last. When the wheel is full a
/// service stays until it is emptied again: it counts against the limit of services, so that is a bound.
/// </remarks>
internal sealed class EmptyServices(TimingWheel wheel, RegistryOptions options, ServiceRegistry registry) : IDeadlineOwner
{
    private readonly Lock _emptyGate = new();
    private readonly Dictionary<int, ServiceEntry> _byWheelEntry = [];
    private readonly int _emptyMilliseconds = (int)options.EmptyService.TotalMilliseconds;
    private readonly int _metadataMilliseconds = (int)options.ExpiredOverride.TotalMilliseconds;

    /// <summary>Begins the time of a service that is empty. The caller holds the service's gate.</summary>
    /// <param name="service">Which.</param>
    /// <param name="again">Begins it again if it runs already: the service has just changed. Whatever changes nothing does not keep an empty service.</param>
    public void AddHoldingGate(ServiceEntry service, bool again)
    {
        if (service.ForgetEntry >= 0)
        {
            service.EmptySince = again ? wheel.Now : service.EmptySince;
            return;
        }

        service.EmptySince = wheel.Now;
        if (!wheel.TryAllocate(this, out int entry))
        {
            return;
        }

        service.ForgetEntry = entry;
        lock (_emptyGate)
        {
            _byWheelEntry.Add(entry, service);
        }

        wheel.Arm(entry, service.EmptySince, TimeOf(service));
    }

    /// <summary>Ends the time of a service that was deleted by hand. The caller holds the service's gate.</summary>
    public void RemoveHoldingGate(ServiceEntry service)
    {
        int entry = service.ForgetEntry;
        if (entry < 0)
        {
            return;
        }

        service.ForgetEntry = -1;
        lock (_emptyGate)
        {
            _byWheelEntry.Remove(entry);
        }

        wheel.Release(entry);
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
            if (service.ForgetEntry != entry)
            {
                // It has been deleted by hand meanwhile, and the entry released.
                return Deadline.None;
            }

            if (service.IsEmptyHoldingGate)
            {
                if (wheel.Effective(service.EmptySince) + TimeOf(service) > now)
                {
                    return Deadline.After(service.EmptySince, TimeOf(service));
                }

                registry.Changes.DisappearHoldingGate(service);
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

    private int TimeOf(ServiceEntry service) => service.Metadata is not null
        ? _emptyMilliseconds + _metadataMilliseconds
        : service.Listing.HasOverridesHoldingGate
            ? Math.Max(_emptyMilliseconds, _metadataMilliseconds)
            : _emptyMilliseconds;
}
