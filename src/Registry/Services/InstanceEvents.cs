using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Services;

/// <summary>What one operation of a client does to the instances of one service, kept until readers can see it, then told.</summary>
/// <remarks>On the stack of the operation, which holds both gates. One instance is the usual case and allocates nothing; nothing is kept when nobody listens.</remarks>
internal ref struct InstanceEvents
{
    private readonly EventHub _events;
    private readonly RegistryClient _client;
    private readonly bool _isWanted;
    private (Instance Instance, PublicationChange Change, DeregisterReason Reason) _first;
    private List<(Instance Instance, PublicationChange Change, DeregisterReason Reason)>? _more;

    public InstanceEvents(EventHub events, RegistryClient client)
    {
        _events = events;
        _client = client;
        _isWanted = events.Wants(EventKind.InstanceRegistered) || events.Wants(EventKind.InstanceChanged) || events.Wants(EventKind.InstanceDeregistered);
    }

    /// <summary>Something happened to the client's publications, whether readers notice it or not.</summary>
    public bool Any { get; private set; }

    public void Published(Instance instance, PublicationChange change)
    {
        if (change != PublicationChange.None)
        {
            Add((instance, change, default));
        }
    }

    public void Withdrawn(Instance instance, DeregisterReason reason) => Add((instance, PublicationChange.None, reason));

    /// <summary>Tells of them in the order they happened.</summary>
    public readonly void Publish(ServiceEntry service)
    {
        if (!_isWanted || !Any)
        {
            return;
        }

        Publish(service, _first);
        if (_more is not null)
        {
            foreach ((Instance Instance, PublicationChange Change, DeregisterReason Reason) next in _more)
            {
                Publish(service, next);
            }
        }
    }

    private void Add((Instance Instance, PublicationChange Change, DeregisterReason Reason) next)
    {
        bool isFirst = !Any;
        Any = true;
        if (!_isWanted)
        {
            return;
        }

        if (isFirst)
        {
            _first = next;
            return;
        }

        _more ??= [];
        _more.Add(next);
    }

    private readonly void Publish(ServiceEntry service, in (Instance Instance, PublicationChange Change, DeregisterReason Reason) next)
    {
        switch (next.Change)
        {
            case PublicationChange.Added:
                _events.Publish(new InstanceRegistered(service.Key, next.Instance, _client.Reference, service.Revision));
                break;
            case PublicationChange.Updated:
                _events.Publish(new InstanceChanged(service.Key, next.Instance, _client.Reference, service.Revision));
                break;
            default:
                _events.Publish(new InstanceDeregistered(service.Key, next.Instance, _client.Reference, service.Revision, next.Reason));
                break;
        }
    }
}
