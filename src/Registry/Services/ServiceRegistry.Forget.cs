using FastRegistry.Registry.Events;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Registry.Services;

/// <content>Forget: a service without instances disappears, by hand or when its time is over.</content>
internal sealed partial class ServiceRegistry
{
    /// <summary>Ends a service without instances by hand. The caller holds its lock.</summary>
    private void DeleteLocked(ServiceEntry entry)
    {
        _empty.RemoveLocked(entry);
        DisappearLocked(entry);
    }

    /// <summary>Ends a service without instances: what is set for it goes, and without subscribers it leaves the table. The caller holds its lock.</summary>
    private void DisappearLocked(ServiceEntry entry)
    {
        bool existed = entry.Kind is not null;
        entry.DisappearLocked();
        if (existed || entry.IsForgotten)
        {
            // Before it leaves the table: from then on the same name can be created again, and that event must come after this one.
            Events.Publish(new ServiceDisappeared(entry.Key));
        }

        if (entry.IsForgotten)
        {
            _services.Remove(entry);
        }
    }

    /// <summary>Services that have no instances, on their way out.</summary>
    /// <remarks>
    /// Whoever empties a service adds it, holding its lock; when it has been empty for the whole time, the wheel's thread has it disappear and, if nobody
    /// subscribes, takes it out of the table. Metadata of a service outlives it, and its overrides live their own time: it is longer then. Its own lock is
    /// taken last. When the wheel is full a service stays until it is emptied again: it counts against the limit of services, so that is a bound.
    /// </remarks>
    private sealed class EmptyServices(TimingWheel wheel, RegistryOptions options, ServiceRegistry registry) : IDeadlineOwner
    {
        private readonly Lock _emptyLock = new();
        private readonly Dictionary<int, ServiceEntry> _byWheelEntry = [];
        private readonly int _emptyMilliseconds = (int)options.EmptyService.TotalMilliseconds;
        private readonly int _metadataMilliseconds = (int)options.ExpiredOverride.TotalMilliseconds;

        /// <summary>Begins the time of a service that is empty. The caller holds the service's lock.</summary>
        /// <param name="service">Which.</param>
        /// <param name="again">Begins it again if it runs already: the service has just changed. Whatever changes nothing does not keep an empty
        /// service.</param>
        public void AddLocked(ServiceEntry service, bool again)
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
            lock (_emptyLock)
            {
                _byWheelEntry.Add(entry, service);
            }

            wheel.Arm(entry, service.EmptySince, TimeOf(service));
        }

        /// <summary>Ends the time of a service that was deleted by hand. The caller holds the service's lock.</summary>
        public void RemoveLocked(ServiceEntry service)
        {
            int entry = service.ForgetEntry;
            if (entry < 0)
            {
                return;
            }

            service.ForgetEntry = -1;
            lock (_emptyLock)
            {
                _byWheelEntry.Remove(entry);
            }

            wheel.Release(entry);
        }

        /// <summary>A service has had its time: it is forgotten unless it is in use again.</summary>
        Deadline IDeadlineOwner.OnDeadline(int entry, long now)
        {
            ServiceEntry? service;
            lock (_emptyLock)
            {
                if (!_byWheelEntry.TryGetValue(entry, out service))
                {
                    return Deadline.None;
                }
            }

            lock (service.ServiceLock)
            {
                if (service.ForgetEntry != entry)
                {
                    // It has been deleted by hand meanwhile, and the entry released.
                    return Deadline.None;
                }

                if (service.IsEmptyLocked)
                {
                    if (wheel.Effective(service.EmptySince) + TimeOf(service) > now)
                    {
                        return Deadline.After(service.EmptySince, TimeOf(service));
                    }

                    registry.DisappearLocked(service);
                }

                service.ForgetEntry = -1;
            }

            lock (_emptyLock)
            {
                _byWheelEntry.Remove(entry);
            }

            wheel.Release(entry);
            return Deadline.None;
        }

        private int TimeOf(ServiceEntry service) => service.Metadata is not null
            ? _emptyMilliseconds + _metadataMilliseconds
            : service.HasOverridesLocked
                ? Math.Max(_emptyMilliseconds, _metadataMilliseconds)
                : _emptyMilliseconds;
    }
}
