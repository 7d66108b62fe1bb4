using FastRegistry.Registry.Events;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Registry.Push;

/// <summary>Spreads changed services over the push workers. Any thread.</summary>
/// <remarks>A service always belongs to the same worker, so all its pushes are made by one thread and cannot overtake each other.</remarks>
internal sealed class PushDispatcher
{
    private readonly PushWorker[] _workers;
    private bool _ended;

    /// <param name="workers">How many.</param>
    /// <param name="enabled">Whether pushes are on to begin with; <see cref="SetEnabled"/> changes it.</param>
    /// <param name="events">Told of pushes.</param>
    /// <param name="wheel">Ends merge windows.</param>
    /// <param name="options">How changes are merged.</param>
    public PushDispatcher(int workers, bool enabled, EventHub events, TimingWheel wheel, PushOptions options)
    {
        _workers = new PushWorker[workers];
        for (int i = 0; i < workers; i++)
        {
            _workers[i] = new PushWorker(enabled, events, wheel, options);
        }
    }

    public IReadOnlyList<PushWorker> Workers => _workers;

    /// <summary>A service has changed. Only the edge from clean to dirty queues it, so a storm of changes is one entry.</summary>
    public void Changed(ServiceEntry service)
    {
        if (service.SubscriberCount > 0 && !Volatile.Read(ref _ended) && service.TryMarkDirty())
        {
            WorkerOf(service).Enqueue(service);
        }
    }

    /// <summary>The node is stopping: nothing is pushed any more. Clients that leave now would otherwise empty the lists of those that have not left yet.</summary>
    public void End()
    {
        Volatile.Write(ref _ended, true);
        foreach (PushWorker worker in _workers)
        {
            worker.End();
        }
    }

    /// <summary>A subscriber that had been behind is ready for the newest list.</summary>
    public void Resync(Subscription subscription) => WorkerOf(subscription.Service).Enqueue(subscription);

    /// <summary>Switches pushes off or on. While they are off changes are only marked, and each subscriber gets one newest list afterwards. Any thread.</summary>
    public void SetEnabled(bool enabled)
    {
        foreach (PushWorker worker in _workers)
        {
            worker.SetEnabled(enabled);
        }
    }

    private PushWorker WorkerOf(ServiceEntry service) => _workers[(uint)service.Key.GetHashCode() % (uint)_workers.Length];
}
