namespace FastRegistry.Registry.Events;

/// <summary>Which kept events somebody wants to see.</summary>
internal sealed record EventFilter
{
    public const int DefaultLimit = 100;

    /// <summary>Empty = all.</summary>
    public IReadOnlyList<EventKind> Kinds { get; init; } = [];

    /// <summary>Name, group@@name or namespace/group@@name; null = all.</summary>
    public string? Service { get; init; }

    /// <summary>As events name it: client-17, or ip:port; null = all.</summary>
    public string? Client { get; init; }

    /// <summary>The newest so many.</summary>
    public int Limit { get; init; } = DefaultLimit;

    public bool Accepts(in EventDescription description) =>
        (Kinds.Count == 0 || Kinds.Contains(description.Kind))
        && (Service is null || (description.Service is { } key && (key.Name == Service || key.GroupedName == Service || key.ToString() == Service)))
        && (Client is null || description.Client.ToString() == Client);
}
