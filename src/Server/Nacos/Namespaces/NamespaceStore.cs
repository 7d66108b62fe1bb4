using System.Diagnostics.CodeAnalysis;
using FastRegistry.Registry.Instances;

namespace FastRegistry.Server.Nacos.Namespaces;

/// <summary>The namespaces that were given names. In memory: a restart begins with the public one, until there is a persistent store.</summary>
/// <remarks>One per node; any thread. Bounded by <see cref="Maximum"/>.</remarks>
internal sealed class NamespaceStore
{
    /// <summary>Namespaces beside the public one.</summary>
    public const int Maximum = 10_000;

    private readonly Lock _namespaceGate = new();
    private readonly OrderedDictionary<string, NamespaceDescription> _byId = new(StringComparer.Ordinal);

    public bool IsFull
    {
        get
        {
            lock (_namespaceGate)
            {
                return _byId.Count >= Maximum;
            }
        }
    }

    /// <summary>The public one, then the others in the order they came.</summary>
    public NamespaceDescription[] ToArray()
    {
        lock (_namespaceGate)
        {
            return [NamespaceDescription.Public, .. _byId.Values];
        }
    }

    public bool TryGet(string id, [NotNullWhen(true)] out NamespaceDescription? found)
    {
        if (id.Length == 0)
        {
            found = NamespaceDescription.Public;
            return true;
        }

        lock (_namespaceGate)
        {
            return _byId.TryGetValue(id, out found);
        }
    }

    /// <summary>Whether an id is taken; both names of the public one are.</summary>
    public bool IsTaken(string id) => id == ServiceKey.DefaultNamespace || TryGet(id, out _);

    /// <summary>False when the id is taken or there is no room.</summary>
    public bool TryAdd(NamespaceDescription added)
    {
        lock (_namespaceGate)
        {
            return !IsTaken(added.Id) && _byId.Count < Maximum && _byId.TryAdd(added.Id, added);
        }
    }

    /// <summary>False when there is no such namespace, or it is the public one.</summary>
    public bool TryReplace(NamespaceDescription changed)
    {
        lock (_namespaceGate)
        {
            if (!_byId.ContainsKey(changed.Id))
            {
                return false;
            }

            _byId[changed.Id] = changed;
            return true;
        }
    }

    /// <summary>One that is not there is gone already. The public one stays: <see cref="NamespaceDescription.IsPublic"/> is asked before.</summary>
    public void Remove(string id)
    {
        lock (_namespaceGate)
        {
            _byId.Remove(id);
        }
    }
}
