namespace FastRegistry.Registry.Events;

/// <summary>Where the node says what happened, and where observers hear of it.</summary>
/// <remarks>
/// One per node, started and stopped with it. Publishing is allowed on any thread and under any lock of the node: it reads one word when nobody listens, else
/// it writes to the bounded queues of the listeners; it never waits, never throws and never runs an observer. Each observer hears all the types it selected in
/// the order of publication. Pushes do not go through here: they need the newest state, not every event.
/// </remarks>
internal sealed class EventHub(TimeProvider timeProvider, ILogger log) : IDisposable
{
    private const int SharedCapacity = 1024;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly Lock _hubGate = new();
    private readonly IEventPublisher?[] _publishers = new IEventPublisher?[Enum.GetValues<EventKind>().Length];
    private readonly List<Task> _workers = [];
    private readonly CancellationTokenSource _hurry = new();
    private ObserverQueue[] _queues = [];
    private ObserverQueue? _shared;
    private uint _wanted;

    /// <summary>The queues of all observers.</summary>
    public IReadOnlyList<ObserverQueue> Queues => Volatile.Read(ref _queues);

    /// <summary>Takes an observer in. Before the start.</summary>
    public void Add(INodeObserver observer)
    {
        ObserverQueue queue;
        lock (_hubGate)
        {
            queue = observer.Queue is { } own
                ? NewQueueHoldingGate(observer.Name, own)
                : _shared ??= NewQueueHoldingGate("shared", new ObserverQueueOptions(SharedCapacity, OverflowPolicy.DropNewest));
        }

        observer.Select(new EventSelection(this, queue));
    }

    /// <summary>True when somebody listens to this kind; for publishers whose event costs something to make.</summary>
    public bool Wants(EventKind kind) => (Volatile.Read(ref _wanted) & (1u << (int)kind)) != 0;

    /// <summary>Tells those who listen, if there are any. After the change it tells of can be seen.</summary>
    public void Publish<TEvent>(in TEvent nodeEvent)
        where TEvent : struct, INodeEvent
    {
        if (Wants(TEvent.Kind))
        {
            ((EventPublisher<TEvent>)_publishers[(int)TEvent.Kind]!).Publish(nodeEvent, timeProvider.GetUtcNow());
        }
    }

    /// <summary>Events of a kind published while somebody listened.</summary>
    public long Published(EventKind kind) => Volatile.Read(ref _publishers[(int)kind])?.Published ?? 0;

    /// <summary>Adds a lane to the publisher of its type.</summary>
    public void Listen<TEvent>(EventLane<TEvent> lane)
        where TEvent : struct, INodeEvent
    {
        lock (_hubGate)
        {
            if (_publishers[(int)TEvent.Kind] is not EventPublisher<TEvent> publisher)
            {
                publisher = new EventPublisher<TEvent>();
                Volatile.Write(ref _publishers[(int)TEvent.Kind], publisher);
            }

            publisher.AddHoldingGate(lane);

            // Last: who sees the bit finds the publisher.
            Volatile.Write(ref _wanted, _wanted | (1u << (int)TEvent.Kind));
        }
    }

    /// <summary>One worker per queue, on the thread pool.</summary>
    public void Start() => _workers.AddRange(Queues.Select(queue => Task.Run(() => queue.RunAsync(timeProvider, _hurry.Token))));

    /// <summary>Takes no more events and hands over what waits, for two seconds at most. An observer that is stuck is left behind.</summary>
    public async Task StopAsync()
    {
        foreach (ObserverQueue queue in Queues)
        {
            queue.Complete();
        }

        await _hurry.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(_workers).WaitAsync(StopTimeout, timeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            foreach (ObserverQueue queue in Queues)
            {
                queue.Abandon();
                if (queue.Queued > 0)
                {
                    log.EventsLeftBehind(queue.Queued, queue.Name);
                }
            }
        }
    }

    public void Dispose() => _hurry.Dispose();

    private ObserverQueue NewQueueHoldingGate(string name, ObserverQueueOptions options)
    {
        ObserverQueue queue = new(name, options, log);
        Volatile.Write(ref _queues, [.. _queues, queue]);
        return queue;
    }
}
