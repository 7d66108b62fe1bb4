using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Services;

/// <summary>An owner of publications.</summary>
/// <remarks>
/// Its gate serialises everything it publishes with its release, so a registration that races with the end of its connection leaves no ghost.
/// Lock order: client gate, then service gate. Only <see cref="ServiceRegistry"/> takes them.
/// </remarks>
/// <param name="kind">How it is attached.</param>
/// <param name="id">See <see cref="Id"/>.</param>
/// <param name="instanceId">See <see cref="InstanceId"/>.</param>
internal sealed class RegistryClient(ClientKind kind, string id, UInt128 instanceId = default)
{
    private Dictionary<ServiceEntry, List<Publication>>? _published;
    private long _revision;
    private long _lastRenewed;

    public ClientKind Kind { get; } = kind;

    /// <summary>For people: ip:port. Empty for a native client: its instance id is a secret and only the key it is found by.</summary>
    public string Id { get; } = id;

    /// <summary>Counts the native clients of this node's life: how people tell them apart. 0 = not counted.</summary>
    public long Number { get; init; }

    /// <summary>The client instance id of a native or synced client; 0 for the others.</summary>
    public UInt128 InstanceId => instanceId;

    /// <summary>Next one in the same bucket of the table of native clients, which owns this field.</summary>
    public RegistryClient? NextInBucket { get; set; }

    /// <summary>By which it is the same client again after it was gone.</summary>
    public ClientKey Key => new(instanceId, Kind is ClientKind.Native or ClientKind.Synced ? "" : $"{Id}#{Kind}");

    /// <summary>Number of the node that owns it; 0 = this one.</summary>
    public ulong OwnerNode { get; init; }

    /// <summary>Grows with every change of what it publishes. Subscriptions do not count.</summary>
    public long Revision => Volatile.Read(ref _revision);

    /// <summary>Wheel time of the last sign of life of a client without a connection here: a beat, a change, a digest of its owner.</summary>
    public long LastRenewed
    {
        get => Volatile.Read(ref _lastRenewed);
        set => Volatile.Write(ref _lastRenewed, value);
    }

    /// <summary>How events name it.</summary>
    public ClientReference Reference => new(Number, Id);

    /// <summary>Guards everything below. The client itself: a lock of its own would be a third of an idle client.</summary>
    public object ClientGate => this;

    /// <summary>True once it was released; it never publishes again.</summary>
    public bool IsReleased { get; set; }

    /// <summary>Grows by one each time a session takes the client over.</summary>
    public int Attachment { get; set; }

    /// <summary>The session that speaks for a native client; null for other kinds.</summary>
    public object? Session { get; set; }

    public int PublicationCount { get; private set; }

    public IReadOnlyCollection<ServiceEntry> ServicesHoldingGate => _published is null ? [] : _published.Keys;

    /// <summary>Notes a change of what it publishes.</summary>
    public void ChangedHoldingGate() => Volatile.Write(ref _revision, _revision + 1);

    /// <summary>True when it has not been renewed for so long that it goes. Native and persistent clients never go by time.</summary>
    /// <param name="now">Wheel time.</param>
    /// <param name="syncedMilliseconds">How long a synced client may be silent.</param>
    /// <param name="ipPortMilliseconds">How long an ip:port that publishes nothing may be silent.</param>
    public bool IsExpired(long now, long syncedMilliseconds, long ipPortMilliseconds) => Kind switch
    {
        ClientKind.Synced => now - LastRenewed > syncedMilliseconds,
        ClientKind.IpPort => PublicationCount == 0 && now - LastRenewed > ipPortMilliseconds,
        _ => false,
    };

    /// <summary>Everything it publishes. For operators: it costs time in proportion.</summary>
    public List<(ServiceKey Service, Instance Instance)> CopyPublications()
    {
        lock (ClientGate)
        {
            List<(ServiceKey Service, Instance Instance)> all = new(PublicationCount);
            foreach ((ServiceEntry entry, List<Publication> publications) in _published ?? [])
            {
                all.AddRange(publications.Select(publication => (entry.Key, publication.Instance)));
            }

            return all;
        }
    }

    public List<Publication>? FindHoldingGate(ServiceEntry entry) =>
        _published is not null && _published.TryGetValue(entry, out List<Publication>? list) ? list : null;

    public void AddHoldingGate(ServiceEntry entry, Publication publication)
    {
        _published ??= [];
        if (!_published.TryGetValue(entry, out List<Publication>? list))
        {
            list = new List<Publication>(1);
            _published.Add(entry, list);
        }

        publication.IndexInClient = list.Count;
        list.Add(publication);
        PublicationCount++;
    }

    public void RemoveHoldingGate(ServiceEntry entry, Publication publication)
    {
        List<Publication> list = FindHoldingGate(entry)!;
        Publication last = list[^1];
        list[publication.IndexInClient] = last;
        last.IndexInClient = publication.IndexInClient;
        list.RemoveAt(list.Count - 1);
        PublicationCount--;
        if (list.Count == 0)
        {
            _published!.Remove(entry);
        }
    }
}
