using FastRegistry.Registry.Events;

namespace FastRegistry.Tests;

/// <summary>Has no queue of its own and listens to one type.</summary>
internal sealed class SharingObserver(string name) : INodeObserver
{
    public string Name { get; } = name;

    public ObserverQueueOptions? Queue => null;

    public List<ServiceCreated> Heard { get; } = [];

    public void Select(EventSelection events) => events.On((in ServiceCreated created, DateTimeOffset _) => Heard.Add(created));
}
