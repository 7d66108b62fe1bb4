using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Services;

/// <summary>All services of the node, by key and by group. Any thread; a lookup by UTF-8 key takes no lock and allocates nothing.</summary>
internal sealed class ServiceTable
{
    private readonly ConcurrentDictionary<ServiceKey, ServiceEntry> _services = new(new ServiceKeyComparer());
    private readonly ConcurrentDictionary<ServiceKey, ServiceEntry>.AlternateLookup<ReadOnlySpan<byte>> _byUtf8;
    private readonly ConcurrentDictionary<(string Namespace, string Group), ConcurrentDictionary<string, ServiceEntry>> _groups = new();
    private readonly Lock _groupGate = new();
    private int _count;

    public ServiceTable() => _byUtf8 = _services.GetAlternateLookup<ReadOnlySpan<byte>>();

    public int Count => Volatile.Read(ref _count);

    /// <summary>All services, in no order; safe while they change.</summary>
    public IEnumerable<ServiceEntry> Services => _services.Select(static pair => pair.Value);

    public bool TryGet(ReadOnlySpan<byte> utf8Key, [NotNullWhen(true)] out ServiceEntry? entry) => _byUtf8.TryGetValue(utf8Key, out entry);

    public bool TryGet(ServiceKey key, [NotNullWhen(true)] out ServiceEntry? entry) => _services.TryGetValue(key, out entry);

    /// <summary>Adds a service unless it is there; false when somebody else was first.</summary>
    public bool TryAdd(ServiceEntry entry)
    {
        if (!_services.TryAdd(entry.Key, entry))
        {
            return false;
        }

        Interlocked.Increment(ref _count);
        lock (_groupGate)
        {
            _groups.GetOrAdd((entry.Key.Namespace, entry.Key.Group), static _ => new(StringComparer.Ordinal))[entry.Key.Name] = entry;
        }

        return true;
    }

    public void Remove(ServiceEntry entry)
    {
        if (!_services.TryRemove(KeyValuePair.Create(entry.Key, entry)))
        {
            return;
        }

        Interlocked.Decrement(ref _count);
        lock (_groupGate)
        {
            (string, string) group = (entry.Key.Namespace, entry.Key.Group);
            if (_groups.TryGetValue(group, out ConcurrentDictionary<string, ServiceEntry>? services)
                && services.TryRemove(KeyValuePair.Create(entry.Key.Name, entry))
                && services.IsEmpty)
            {
                _groups.TryRemove(group, out _);
            }
        }
    }

    /// <summary>The services of a group, in no order; safe while they change.</summary>
    public IEnumerable<ServiceEntry> InGroup(string @namespace, string group) =>
        _groups.TryGetValue((@namespace, group), out ConcurrentDictionary<string, ServiceEntry>? services) ? services.Select(static pair => pair.Value) : [];

    /// <summary>Names of a group's services that have an instance, sorted by code point. Costs time in proportion to the group: for workers.</summary>
    public List<string> ListNames(string @namespace, string group)
    {
        List<string> names = [];
        if (_groups.TryGetValue((@namespace, group), out ConcurrentDictionary<string, ServiceEntry>? services))
        {
            foreach ((string name, ServiceEntry entry) in services)
            {
                if (entry.InstanceCount > 0)
                {
                    names.Add(name);
                }
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
