using FastRegistry.Client.Connecting;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Client.Registering;

/// <summary>What this client wants to publish for one service. Guarded by the lock of its <see cref="RegistrationTable"/>.</summary>
internal sealed class PublishedService(ServiceKey key)
{
    public ServiceKey Key { get; } = key;

    /// <summary>What the server has acknowledged and the client keeps: the desired state after a reconnect.</summary>
    public Dictionary<InstanceIdentity, Instance> Kept { get; } = [];

    /// <summary>Registrations under way. While there are some, no replacement is sent: it would undo them.</summary>
    public int UnderWay { get; set; }

    /// <summary>Counts deregistrations, to notice one that overtook a replacement.</summary>
    public long Dropped { get; set; }

    /// <summary>The session that has been brought up to date, or is just being so; null = none.</summary>
    public ServerSession? BroughtTo { get; set; }

    /// <summary>The server may hold something else than <see cref="Kept"/>; a replacement mends it.</summary>
    public bool NeedsReplacement { get; set; }

    /// <summary>The replacement that was sent last and has no answer yet.</summary>
    public Replacement? Replacing { get; set; }

    /// <summary>The server refused <see cref="Kept"/> for good.</summary>
    public RegistryException? Failure { get; set; }

    /// <summary>A new session has to be brought what is wanted.</summary>
    public bool IsToBring => Failure is null && (NeedsReplacement || Kept.Count > 0);

    public bool IsIdle => Kept.Count == 0 && UnderWay == 0 && !NeedsReplacement && Replacing is null && Failure is null;

    public RegistrationState State => Failure is not null ? RegistrationState.Failed
        : NeedsReplacement || Replacing is not null ? RegistrationState.Restoring
        : RegistrationState.Registered;
}

/// <summary>Batches that make the server's view of a service this client's, to be sent one behind the other.</summary>
/// <param name="Service">The service.</param>
/// <param name="Requests">The parts of one set that replaces what is there; usually one.</param>
/// <param name="Dropped">Deregistrations of the service when they were made.</param>
internal sealed record Replacement(PublishedService Service, IReadOnlyList<BatchRegisterRequest> Requests, long Dropped)
{
    private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when its last part has been sent, or will not be. Until then no registration of the service is sent on the same session.</summary>
    public Task Sent => _sent.Task;

    public void MarkSent() => _sent.TrySetResult();
}

/// <summary>The desired state of all services this client publishes to.</summary>
/// <remarks>Owned by the <see cref="Registrar"/>; any thread, under one short lock. Bound: <paramref name="maximumServices"/>.</remarks>
/// <param name="defaultNamespace">Left empty in requests, as the set-up names it.</param>
/// <param name="maximumServices">Services that may have registrations; more are refused.</param>
internal sealed class RegistrationTable(string defaultNamespace, int maximumServices)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ServiceKey, PublishedService> _services = [];

    // The session that the desired state is brought to.
    private ServerSession? _session;
    private uint _lastSet;

    /// <summary>A registration begins. Ends a former failure: the caller tries again on purpose.</summary>
    public PublishedService Begin(ServiceKey key)
    {
        lock (_lock)
        {
            if (!_services.TryGetValue(key, out PublishedService? service))
            {
                if (_services.Count >= maximumServices)
                {
                    throw new RegistryException(
                        RegistryErrorCode.LimitExceeded, $"{nameof(NamingClientOptions.MaximumRegisteredServices)} is {maximumServices}.");
                }

                service = new PublishedService(key);
                _services.Add(key, service);
            }

            if (service.Failure is not null)
            {
                service.Failure = null;
                service.NeedsReplacement = service.Kept.Count > 0;
            }

            service.UnderWay++;
            return service;
        }
    }

    /// <summary>The server acknowledged a registration: from now on it is kept.</summary>
    /// <param name="service">The service.</param>
    /// <param name="instances">What was registered.</param>
    /// <param name="session">The session that it was registered on.</param>
    public void Keep(PublishedService service, IReadOnlyList<Instance> instances, ServerSession session)
    {
        lock (_lock)
        {
            foreach (Instance instance in instances)
            {
                service.Kept[instance.Identity] = instance;
            }

            // A newer session may have been brought up to date without them.
            service.NeedsReplacement |= session != _session;
        }
    }

    /// <summary>A registration is over. True when a replacement has to be sent.</summary>
    public bool End(PublishedService service, bool uncertain)
    {
        lock (_lock)
        {
            service.UnderWay--;
            service.NeedsReplacement |= uncertain;
            RemoveIfIdleLocked(service);
            return service is { NeedsReplacement: true, UnderWay: 0 };
        }
    }

    /// <summary>Instances are no longer wanted. Null when nothing is published to the service.</summary>
    /// <param name="key">The service.</param>
    /// <param name="instances">The instances.</param>
    /// <param name="session">The session that they are deregistered on; null = there is none.</param>
    public PublishedService? Drop(ServiceKey key, IEnumerable<Instance> instances, ServerSession? session)
    {
        lock (_lock)
        {
            if (!_services.TryGetValue(key, out PublishedService? service))
            {
                return null;
            }

            foreach (Instance instance in instances)
            {
                service.Kept.Remove(instance.Identity);
            }

            // A session that was not brought up to date yet may hold what an earlier one has registered; a newer one may have been brought them.
            service.Dropped++;
            service.NeedsReplacement |= session is null || session != _session || service.BroughtTo != session;
            if (service.Kept.Count == 0)
            {
                service.Failure = null;
            }

            RemoveIfIdleLocked(service);
            return service;
        }
    }

    /// <summary>It is not known what the server holds for the service.</summary>
    public void MarkUncertain(ServiceKey key)
    {
        lock (_lock)
        {
            if (!_services.TryGetValue(key, out PublishedService? service))
            {
                // Was idle and forgotten; remembered again until the server has confirmed that nothing is there. Comes from deregistrations that
                // were bounded by the table when they were registrations.
                service = new PublishedService(key);
                _services.Add(key, service);
            }

            service.NeedsReplacement = true;
        }
    }

    /// <summary>From now on the desired state belongs on <paramref name="session"/>, which may know nothing of it. Returns what has to be brought there, by
    /// <see cref="TryBring"/>.</summary>
    /// <param name="session">The session.</param>
    /// <param name="instances">Instances of them.</param>
    public List<PublishedService> BeginRestore(ServerSession session, out int instances)
    {
        lock (_lock)
        {
            _session = session;
            List<PublishedService> services = [.. _services.Values.Where(static service => service.IsToBring)];
            instances = services.Sum(static service => service.Kept.Count);
            return services;
        }
    }

    /// <summary>The batches that bring a service to a new session, for the first who asks; the caller must send them.</summary>
    /// <param name="service">The service.</param>
    /// <param name="session">The session.</param>
    /// <param name="sending">Batches for this session that somebody else has not sent to their end; null = none.</param>
    /// <returns>Null when there is nothing to bring.</returns>
    public Replacement? TryBring(PublishedService service, ServerSession session, out Replacement? sending)
    {
        lock (_lock)
        {
            sending = null;
            if (session != _session)
            {
                // An older one, which is being left.
                return null;
            }

            if (service.BroughtTo == session)
            {
                sending = service.Replacing is { Sent.IsCompleted: false } replacing ? replacing : null;
                return null;
            }

            service.BroughtTo = session;
            return service.IsToBring ? ReplaceLocked(service, session) : null;
        }
    }

    /// <summary>The batches for services of which it is in doubt what the server holds, and which have no request under way.</summary>
    /// <returns>The session to send them on; null = there is none, and the next one is brought everything.</returns>
    public ServerSession? TakeReplacements(out List<Replacement> replacements)
    {
        replacements = [];
        lock (_lock)
        {
            if (_session is not { IsUsable: true } session)
            {
                return null;
            }

            foreach (PublishedService service in _services.Values)
            {
                if (service is { NeedsReplacement: true, UnderWay: 0, Replacing: null, Failure: null })
                {
                    service.BroughtTo = session;
                    replacements.Add(ReplaceLocked(service, session));
                }
            }

            return session;
        }
    }

    /// <summary>Whether a replacement of the service has to be sent.</summary>
    public bool IsUncertain(PublishedService service)
    {
        lock (_lock)
        {
            return service.NeedsReplacement;
        }
    }

    /// <summary>A replacement was sent: a deregistration that was begun meanwhile may have come before it and been undone.</summary>
    public void Sent(Replacement replacement)
    {
        if (replacement.Sent.IsCompleted)
        {
            return;
        }

        lock (_lock)
        {
            replacement.Service.NeedsReplacement |= replacement.Service.Dropped != replacement.Dropped;
        }

        replacement.MarkSent();
    }

    /// <summary>Number for a set in parts.</summary>
    public uint NextSet()
    {
        lock (_lock)
        {
            return NextSetLocked();
        }
    }

    /// <summary>A replacement is over. True when there must be another.</summary>
    public bool End(Replacement replacement, bool again, RegistryException? failure)
    {
        lock (_lock)
        {
            PublishedService service = replacement.Service;
            if (service.Replacing != replacement)
            {
                // It ended with its session, and the next session has one of its own.
                return false;
            }

            service.Replacing = null;
            service.NeedsReplacement |= again;
            if (failure is not null)
            {
                service.NeedsReplacement = false;
                service.Failure = service.Kept.Count > 0 ? failure : null;
            }

            RemoveIfIdleLocked(service);
            return service.NeedsReplacement;
        }
    }

    public List<RegistrationStatus> List()
    {
        lock (_lock)
        {
            List<RegistrationStatus> list = [];
            foreach (PublishedService service in _services.Values)
            {
                if (service.Kept.Count > 0 || service.NeedsReplacement || service.Failure is not null)
                {
                    list.Add(new RegistrationStatus(service.Key, [.. service.Kept.Values], service.State, service.Failure));
                }
            }

            return list;
        }
    }

    private Replacement ReplaceLocked(PublishedService service, ServerSession session)
    {
        service.NeedsReplacement = false;
        BatchRegisterRequest template = new()
        {
            Namespace = service.Key.Namespace == defaultNamespace ? "" : service.Key.Namespace,
            Group = service.Key.Group,
            Name = service.Key.Name,
            Replace = true,
        };
        List<BatchRegisterRequest> parts = RegistrationParts.Cut(
            template, service.Kept.Values, Math.Min(RegistrationParts.PartBytes, session.MaximumRequestBytes), NextSetLocked());
        service.Replacing = new Replacement(service, parts, service.Dropped);
        return service.Replacing;
    }

    private uint NextSetLocked()
    {
        // 0 is no set.
        _lastSet = _lastSet == uint.MaxValue ? 1 : _lastSet + 1;
        return _lastSet;
    }

    private void RemoveIfIdleLocked(PublishedService service)
    {
        if (service.IsIdle)
        {
            _services.Remove(service.Key);
        }
    }
}
