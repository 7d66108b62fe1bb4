using FastRegistry.Server.Events;

namespace FastRegistry.Server.Registry;

/// <summary>An owner of publications.</summary>
/// <remarks>
/// Its gate serialises everything it publishes with its release, so a registration that races with the end of its connection leaves no ghost.
/// Lock order: client gate, then service gate. Only <see cref="ServiceRegistry"/> takes them.
/// </remarks>
internal sealed class RegistryClient(ClientKind kind, string id)
{
    private Dictionary<ServiceEntry, List<Publication>>? _published;

    public ClientKind Kind { get; } = kind;

    /// <summary>For people: ip:port. Empty for a native client: its instance id is a secret and only the key it is found by.</summary>
    public string Id { get; } = id;

    /// <summary>Counts the native clients of this node's life: how people tell them apart. 0 = not counted.</summary>
    public long Number { get; init; }

    /// <summary>How events name it.</summary>
    public ClientReference Reference => new(Number, Id);

    /// <summary>Guards everything below.</summary>
    public Lock ClientGate { get; } = new();

    /// <summary>True once it was released; it never publishes again.</summary>
    public bool IsReleased { get; set; }

    /// <summary>Grows by one each time a session takes the client over.</summary>
    public int Attachment { get; set; }

    /// <summary>The session that speaks for a native client; null for other kinds.</summary>
    public object? Session { get; set; }

    public int PublicationCount { get; private set; }

    public IReadOnlyCollection<ServiceEntry> ServicesHoldingGate => _published is null ? [] : _published.Keys;

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
