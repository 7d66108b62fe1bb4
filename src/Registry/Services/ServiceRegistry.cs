using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Overrides;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Selection;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Registry.Services;

/// <summary>The registry of this node: every change of publications and subscriptions goes through here.</summary>
/// <remarks>
/// One per server; any thread. A change takes the client's gate, then the service's, changes data and indexes in the same step, and marks the service
/// dirty for its push worker. Readers take no lock unless they are the first to see a new revision.
/// </remarks>
internal sealed class ServiceRegistry
{
    private readonly PushDispatcher _push;
    private readonly SnowflakeNumbers _numbers;

    private AddressLabels _labels = AddressLabels.None;
    private int _provisional;

    public ServiceRegistry(NodeEpoch epoch, TimingWheel wheel, TimeProvider timeProvider, RegistryOptions options, PushDispatcher push, EventHub events)
    {
        Epoch = epoch;
        _push = push;
        Events = events;
        _numbers = new SnowflakeNumbers(epoch.Node, timeProvider);
        Revisions = new RevisionCounter(timeProvider);
        Busiest = new BusiestServices(wheel);
        OverrideExpiry = new OverrideExpiry(wheel, options.ExpiredOverride, options.Overrides);
        Changes = new ServiceChanges(this, push, new EmptyServices(wheel, options, this), options);
        Registrations = new Registrations(this, options);
        Withdrawals = new Withdrawals(this);
        Subscriptions = new SubscriptionIndex(Changes, events);
        Administration = new ServiceAdministration(this);
    }

    public NodeEpoch Epoch { get; }

    /// <summary>Where its changes are told.</summary>
    public EventHub Events { get; }

    public RevisionCounter Revisions { get; }

    public ServiceTable Services { get; } = new();

    /// <summary>How changes of a service begin and end.</summary>
    public ServiceChanges Changes { get; }

    /// <summary>How instances come and change.</summary>
    public Registrations Registrations { get; }

    /// <summary>How instances go.</summary>
    public Withdrawals Withdrawals { get; }

    public SubscriptionIndex Subscriptions { get; }

    /// <summary>What operators change.</summary>
    public ServiceAdministration Administration { get; }

    /// <summary>Overrides of all services.</summary>
    public OverrideExpiry OverrideExpiry { get; }

    /// <summary>Which services change most.</summary>
    public BusiestServices Busiest { get; }

    /// <summary>Labels of addresses, for selectors.</summary>
    public AddressLabels Labels => Volatile.Read(ref _labels);

    /// <summary>How much is published.</summary>
    public PublicationCounts Publications { get; } = new();

    /// <summary>Publications of all clients, waiting ones included.</summary>
    public long PublicationCount => Publications.All;

    /// <summary>True during warm-up: lists may still be short of what clients knew before this node started.</summary>
    public bool IsProvisional => Volatile.Read(ref _provisional) != 0;

    public void BeginWarmUp() => Volatile.Write(ref _provisional, 1);

    /// <summary>From now on lists are complete; every subscriber hears so by a push at a new revision.</summary>
    public void EndWarmUp()
    {
        if (Interlocked.Exchange(ref _provisional, 0) == 0)
        {
            return;
        }

        ChangeAll(static _ => true);
    }

    /// <summary>Replaces the labels of addresses; subscribers of services with a selector hear what it shows now.</summary>
    public void ReplaceLabels(AddressLabels labels)
    {
        Volatile.Write(ref _labels, labels);
        ChangeAll(static entry => entry.Metadata?.Selector is not null);
    }

    /// <summary>The id of an instance that asks for one that is unique: <c>number#cluster#group@@name</c>.</summary>
    public string NextInstanceId(ServiceKey service, InstanceIdentity identity) => $"{_numbers.Next()}#{identity.Cluster}#{service.GroupedName}";

    /// <summary>A revision and a push for every service the list of which may look different without any change of an instance.</summary>
    private void ChangeAll(Func<ServiceEntry, bool> affected)
    {
        foreach (ServiceEntry entry in Services.Services)
        {
            if (!affected(entry))
            {
                continue;
            }

            lock (entry.ServiceGate)
            {
                entry.ChangedHoldingGate();
            }

            _push.Changed(entry);
        }
    }
}
