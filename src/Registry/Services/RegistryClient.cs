using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Services;

/// <summary>A client of the registry: the owner of what it publishes. What its sessions subscribe to is a <see cref="Subscription"/> each.</summary>
/// <remarks>
/// Its lock serialises everything it publishes with its release, so a registration that races with the end of its connection leaves no ghost.
/// Lock order: client lock, then service lock. Only <see cref="ServiceRegistry"/> takes them.
/// </remarks>
/// <param name="kind">How it is attached.</param>
/// <param name="id">See <see cref="Id"/>.</param>
/// <param name="instanceId">See <see cref="InstanceId"/>.</param>
internal sealed class RegistryClient(ClientKind kind, string id, UInt128 instanceId = default)
{
    private Dictionary<ServiceEntry, List<Publication>>? _published;
    private long _revision;

    // Of a native client the number of its connection, of the others the time of the last sign of life: there are very many idle native clients.
    private long _connectionOrRenewal;

    public ClientKind Kind { get; } = kind;

    /// <summary>For people: ip:port. Empty for a native client: its instance id is a secret and only the key it is found by.</summary>
    public string Id { get; } = id;

    /// <summary>Counts the native clients of this node's life: people tell them apart by it. 0 = not counted.</summary>
    public long Number { get; init; }

    /// <summary>The client instance id of a native or synced client; 0 for the others.</summary>
    public UInt128 InstanceId => instanceId;

    /// <summary>Next one in the same bucket of the table of native clients, which owns this field.</summary>
    public RegistryClient? NextInBucket { get; set; }

    /// <summary>Identifies the client when it returns after it was gone.</summary>
    public ClientKey Key => new(instanceId, Kind is ClientKind.Native or ClientKind.Synced ? "" : $"{Id}#{Kind}");

    /// <summary>Number of the node that owns it; 0 = this one.</summary>
    public ulong OwnerNode { get; init; }

    /// <summary>Grows with every change of what it publishes. Subscriptions do not count.</summary>
    public long Revision => Volatile.Read(ref _revision);

    /// <summary>Wheel time of the last sign of life of a client without a connection here: a beat, a change, a digest of its owner.</summary>
    public long LastRenewed
    {
        get => Kind == ClientKind.Native ? 0 : Volatile.Read(ref _connectionOrRenewal);
        set => Volatile.Write(ref _connectionOrRenewal, value);
    }

    /// <summary>Of a native client: the number of the connection that spoke for it last. Of two connections the one with the higher number is the newer one.</summary>
    public ulong ConnectionNumber
    {
        get => (ulong)Volatile.Read(ref _connectionOrRenewal);
        set => Volatile.Write(ref _connectionOrRenewal, (long)value);
    }

    /// <summary>The name of the client in events.</summary>
    public ClientReference Reference => new(Number, Id);

    /// <summary>Guards everything below. The client itself: a lock of its own would be a third of an idle client.</summary>
    public object ClientLock => this;

    /// <summary>True once it was released; it never publishes again.</summary>
    public bool IsReleased { get; set; }

    /// <summary>Grows by one each time a session takes the client over.</summary>
    public int Attachment { get; set; }

    /// <summary>The session that speaks for a native client; null for other kinds.</summary>
    public object? Session { get; set; }

    public int PublicationCount { get; private set; }

    public IReadOnlyCollection<ServiceEntry> ServicesLocked => _published is null ? [] : _published.Keys;

    /// <summary>Notes a change of what it publishes.</summary>
    public void ChangedLocked() => Volatile.Write(ref _revision, _revision + 1);

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
        lock (ClientLock)
        {
            List<(ServiceKey Service, Instance Instance)> all = new(PublicationCount);
            foreach ((ServiceEntry entry, List<Publication> publications) in _published ?? [])
            {
                all.AddRange(publications.Select(publication => (entry.Key, publication.Instance)));
            }

            return all;
        }
    }

    public List<Publication>? FindLocked(ServiceEntry entry) =>
        _published is not null && _published.TryGetValue(entry, out List<Publication>? list) ? list : null;

    public void AddLocked(ServiceEntry entry, Publication publication)
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

    public void RemoveLocked(ServiceEntry entry, Publication publication)
    {
        List<Publication> list = FindLocked(entry)!;
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

/// <summary>An instance a client publishes for a service.</summary>
/// <remarks>Guarded by its service's lock; <see cref="IndexInClient"/> by its client's lock.</remarks>
internal sealed class Publication
{
    public required RegistryClient Client { get; init; }

    public required Instance Instance { get; set; }

    /// <summary>When it was registered or last changed, Unix microseconds, unique on this node: the newest of an identity is listed.</summary>
    public long RegisteredAt { get; set; }

    /// <summary>The next older publication of the same identity; it waits and is listed when this one goes.</summary>
    public Publication? Waiting { get; set; }

    /// <summary>Position in the client's list for the service.</summary>
    public int IndexInClient { get; set; }

    /// <summary>Which attachment of the client named it last: those of an older session go when they are not named again.</summary>
    public int Attachment { get; set; }

    /// <summary>Number of the batch that named it last, so that a replacing batch finds what it did not name.</summary>
    public long Batch { get; set; }
}

/// <summary>The effect of a registration on the publication it names.</summary>
internal enum PublicationChange
{
    /// <summary>It is as it was.</summary>
    None,

    /// <summary>Its client did not publish it before.</summary>
    Added,

    /// <summary>It has other values now.</summary>
    Updated,
}

/// <summary>Everything that is published for a service: per identity the listed publication and, behind it, those that wait.</summary>
/// <remarks>
/// Part of a <see cref="ServiceEntry"/>, guarded by its lock. Of one identity the newest registration is listed: latest time stamp, then highest node, then
/// highest client, so that every node lists the same whatever order it hears of them in. Registrations of this node have rising stamps, so they go to the
/// front at once. A set and not a dictionary: the publication holds its identity already, and a million of them would hold it twice.
/// </remarks>
internal readonly struct PublicationSet(ulong node)
{
    private readonly HashSet<Publication> _listed = new(PublicationComparer.Shared);

    /// <summary>Identities.</summary>
    public int Count => _listed.Count;

    public HashSet<Publication> Listed => _listed;

    /// <summary>Finds the publication that is listed under an identity.</summary>
    public Publication? Find(InstanceName name) =>
        _listed.GetAlternateLookup<InstanceName>().TryGetValue(name, out Publication? listed) ? listed : null;

    /// <summary>Finds the publication of a client, listed or waiting.</summary>
    /// <param name="listed">What is listed under the identity.</param>
    /// <param name="client">Whose.</param>
    public static Publication? Find(Publication? listed, RegistryClient client)
    {
        Publication? publication = listed;
        while (publication is not null && publication.Client != client)
        {
            publication = publication.Waiting;
        }

        return publication;
    }

    /// <summary>True when an identity would leave the list with this publication.</summary>
    public bool IsOnlyOne(Publication publication) => publication.Waiting is null && Find(publication.Instance.Name) == publication;

    /// <summary>Puts a publication in its place.</summary>
    public void Add(Publication publication)
    {
        Publication? newest = Find(publication.Instance.Name);
        if (newest is null || IsNewer(publication, newest))
        {
            publication.Waiting = newest;
            if (newest is not null)
            {
                _listed.Remove(newest);
            }

            _listed.Add(publication);
            return;
        }

        Publication before = newest;
        while (before.Waiting is { } next && !IsNewer(publication, next))
        {
            before = next;
        }

        publication.Waiting = before.Waiting;
        before.Waiting = publication;
    }

    /// <summary>Takes a publication out.</summary>
    public void Remove(Publication publication)
    {
        Publication newest = Find(publication.Instance.Name)!;
        if (newest == publication)
        {
            _listed.Remove(publication);
            if (publication.Waiting is not null)
            {
                _listed.Add(publication.Waiting);
            }
        }
        else
        {
            Publication before = newest;
            while (before.Waiting != publication)
            {
                before = before.Waiting!;
            }

            before.Waiting = publication.Waiting;
        }

        publication.Waiting = null;
    }

    private bool IsNewer(Publication left, Publication right)
    {
        if (left.RegisteredAt != right.RegisteredAt)
        {
            return left.RegisteredAt > right.RegisteredAt;
        }

        ulong leftNode = left.Client.OwnerNode == 0 ? node : left.Client.OwnerNode;
        ulong rightNode = right.Client.OwnerNode == 0 ? node : right.Client.OwnerNode;
        return leftNode != rightNode ? leftNode > rightNode : left.Client.Key.CompareTo(right.Client.Key) > 0;
    }
}

/// <summary>Lets the publications of a service be searched by the identity of their instances, which a publication never changes. Stateless.</summary>
internal sealed class PublicationComparer : IEqualityComparer<Publication>, IAlternateEqualityComparer<InstanceName, Publication>
{
    public static PublicationComparer Shared { get; } = new();

    public bool Equals(Publication? x, Publication? y) => x is null ? y is null : y is not null && x.Instance.Name.IsOf(y.Instance);

    public int GetHashCode(Publication obj) => obj.Instance.Name.Hash;

    public bool Equals(InstanceName alternate, Publication other) => alternate.IsOf(other.Instance);

    public int GetHashCode(InstanceName alternate) => alternate.Hash;

    public Publication Create(InstanceName alternate) => throw new NotSupportedException("publications are not made by looking for them");
}
