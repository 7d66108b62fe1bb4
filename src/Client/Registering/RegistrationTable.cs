using FastRegistry.Client.Services;
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

    /// <summary>Counts requests that were begun, to notice one that overtook a replacement.</summary>
    public long Begun { get; set; }

    /// <summary>The server may hold something else than <see cref="Kept"/>; a replacement mends it.</summary>
    public bool NeedsReplacement { get; set; }

    /// <summary>The replacement that was sent last and has no answer yet.</summary>
    public Replacement? Replacing { get; set; }

    /// <summary>The server refused <see cref="Kept"/> for good.</summary>
    public RegistryException? Failure { get; set; }

    public bool IsIdle => Kept.Count == 0 && UnderWay == 0 && !NeedsReplacement && Replacing is null && Failure is null;

    public RegistrationState State => Failure is not null ? RegistrationState.Failed
        : NeedsReplacement || Replacing is not null ? RegistrationState.Restoring
        : RegistrationState.Registered;
}

/// <summary>Batches that make the server's view of a service this client's, to be sent one behind the other.</summary>
/// <param name="Service">The service.</param>
/// <param name="Requests">The first has the replace flag; others add what would make it larger than a server takes.</param>
/// <param name="Begun">Requests begun for the service when they were made.</param>
internal sealed record Replacement(PublishedService Service, IReadOnlyList<BatchRegisterRequest> Requests, long Begun);

/// <summary>The desired state of all services this client publishes to.</summary>
/// <remarks>Owned by the <see cref="Registrar"/>; any thread, under one short lock. Bound: <paramref name="maximumServices"/>.</remarks>
/// <param name="defaultNamespace">Left empty in requests, as the set-up names it.</param>
/// <param name="maximumServices">Services that may have registrations; more are refused.</param>
internal sealed class RegistrationTable(string defaultNamespace, int maximumServices)
{
    // Far below what a server takes: many registrations, each small enough, may add up to more than one frame holds.
    private const int MaximumBatchBytes = 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<ServiceKey, PublishedService> _services = [];

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
            service.Begun++;
            return service;
        }
    }

    /// <summary>The server acknowledged a registration: from now on it is kept.</summary>
    public void Keep(PublishedService service, IReadOnlyList<Instance> instances, bool onCurrentSession)
    {
        lock (_lock)
        {
            foreach (Instance instance in instances)
            {
                service.Kept[instance.Identity] = instance;
            }

            // A newer session was brought up to date without them.
            service.NeedsReplacement |= !onCurrentSession;
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

    /// <summary>Instances are no longer wanted. False when nothing was ever published to the service.</summary>
    public bool Drop(ServiceKey key, IEnumerable<Instance> instances, bool isConnected)
    {
        lock (_lock)
        {
            if (!_services.TryGetValue(key, out PublishedService? service))
            {
                return false;
            }

            foreach (Instance instance in instances)
            {
                service.Kept.Remove(instance.Identity);
            }

            service.Begun++;
            service.NeedsReplacement |= !isConnected;
            if (service.Kept.Count == 0)
            {
                service.Failure = null;
            }

            RemoveIfIdleLocked(service);
            return true;
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

    /// <summary>The batches a session needs.</summary>
    /// <param name="isNewSession">True: everything, as the server may know nothing. False: only what is in doubt and has no request under way.</param>
    public List<Replacement> TakeReplacements(bool isNewSession)
    {
        List<Replacement> replacements = [];
        lock (_lock)
        {
            foreach (PublishedService service in _services.Values)
            {
                bool needed = service.NeedsReplacement || (isNewSession && service.Kept.Count > 0);
                bool possible = isNewSession || service is { UnderWay: 0, Replacing: null };
                if (needed && possible && service.Failure is null)
                {
                    service.NeedsReplacement = false;
                    service.Replacing = new Replacement(service, CreateRequests(service), service.Begun);
                    replacements.Add(service.Replacing);
                }
            }
        }

        return replacements;
    }

    /// <summary>A replacement was sent on a session that others use too: what was begun meanwhile may have come before it and been undone.</summary>
    public void Sent(Replacement replacement)
    {
        lock (_lock)
        {
            replacement.Service.NeedsReplacement |= replacement.Service.Begun != replacement.Begun;
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

    private List<BatchRegisterRequest> CreateRequests(PublishedService service)
    {
        List<BatchRegisterRequest> requests = [CreateRequest(service.Key, replace: true)];
        int bytes = 0;
        foreach (Instance instance in service.Kept.Values)
        {
            Wire.Messages.Instance message = instance.ToMessage();
            bytes += message.CalculateSize();
            if (bytes > MaximumBatchBytes && requests[^1].Instances.Count > 0)
            {
                bytes = 0;
                requests.Add(CreateRequest(service.Key, replace: false));
            }

            requests[^1].Instances.Add(message);
        }

        return requests;
    }

    private BatchRegisterRequest CreateRequest(ServiceKey key, bool replace) => new()
    {
        Namespace = key.Namespace == defaultNamespace ? "" : key.Namespace,
        Group = key.Group,
        Name = key.Name,
        Replace = replace,
    };

    private void RemoveIfIdleLocked(PublishedService service)
    {
        if (service.IsIdle)
        {
            _services.Remove(service.Key);
        }
    }
}
