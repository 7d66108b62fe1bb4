using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;

namespace FastRegistry.Node.Requests;

/// <summary>The sets that one session has begun to register in parts, one per service: what their parts have named so far.</summary>
/// <remarks>
/// Owned by its session and used by one thread at a time, its receive path. A part of another set of the same service drops the open one and removes nothing, and so
/// does the end of the session. Bounded by the identities that all open sets together may name.
/// </remarks>
internal sealed class OpenSets
{
    private readonly Dictionary<ServiceKey, OpenSet> _byService = [];
    private int _named;

    /// <summary>Sets that are open.</summary>
    public int Count => _byService.Count;

    /// <summary>Takes a part in.</summary>
    /// <param name="service">Whose set it is.</param>
    /// <param name="number">The client's number of the set.</param>
    /// <param name="instances">What the part names.</param>
    /// <param name="maximum">Identities that all open sets may name.</param>
    /// <param name="namedBefore">What earlier parts have named.</param>
    public RequestError? TryAdd(ServiceKey service, uint number, ReadOnlySpan<Instance> instances, int maximum, out HashSet<InstanceIdentity> namedBefore)
    {
        if (!_byService.TryGetValue(service, out OpenSet? set) || set.Number != number)
        {
            Drop(service);
            set = new OpenSet(number, []);
            _byService.Add(service, set);
        }

        namedBefore = set.Named;
        if (_named + instances.Length > maximum)
        {
            Drop(service);
            return RequestError.Limit(RegistryOptions.PublicationsPerClientKey, maximum);
        }

        return null;
    }

    /// <summary>A part was registered: what it names is named from now on.</summary>
    public void Named(ServiceKey service, ReadOnlySpan<Instance> instances)
    {
        HashSet<InstanceIdentity> named = _byService[service].Named;
        int before = named.Count;
        foreach (Instance instance in instances)
        {
            named.Add(instance.Identity);
        }

        _named += named.Count - before;
    }

    /// <summary>A part was refused: a set of which no part was registered is not kept, or refused parts alone would fill the memory.</summary>
    public void DropIfEmpty(ServiceKey service)
    {
        if (_byService.TryGetValue(service, out OpenSet? set) && set.Named.Count == 0)
        {
            Drop(service);
        }
    }

    /// <summary>The set of a service is complete, or is given up.</summary>
    public void Drop(ServiceKey service)
    {
        if (_byService.Remove(service, out OpenSet? set))
        {
            _named -= set.Named.Count;
        }
    }

    private sealed record OpenSet(uint Number, HashSet<InstanceIdentity> Named);
}
