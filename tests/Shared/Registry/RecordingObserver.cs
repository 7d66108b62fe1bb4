using FastRegistry.Registry.Events;

namespace FastRegistry.Tests;

/// <summary>Writes down what it hears, on the thread that pumps its queue.</summary>
internal sealed class RecordingObserver(Func<EventKind, bool> wanted, ObserverQueueOptions? queue = null, string name = "recording") : INodeObserver
{
    public string Name { get; } = name;

    public ObserverQueueOptions? Queue { get; } = queue ?? new ObserverQueueOptions(100_000, OverflowPolicy.DropNewest);

    /// <summary>What it does at each event before writing it down.</summary>
    public Action<EventDescription>? At { get; init; }

    public List<EventDescription> Heard { get; } = [];

    /// <summary>Kind and reason of each event.</summary>
    public string[] Lines => [.. Heard.Select(static heard => heard.Reason.Length > 0 ? $"{heard.Kind} {heard.Reason}" : $"{heard.Kind}")];

    public void Select(EventSelection events) => events.OnEvery(wanted, (in EventDescription heard, DateTimeOffset _) =>
    {
        At?.Invoke(heard);
        Heard.Add(heard);
    });
}
