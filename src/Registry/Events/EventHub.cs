using System.Numerics;
using System.Threading.Channels;

namespace FastRegistry.Registry.Events;

/// <summary>Takes the events of the node and hands them to the observers that selected them.</summary>
/// <remarks>
/// One per node, started and stopped with it. Publishing is allowed on any thread and under any lock of the node: it reads one word when nobody listens, else
/// it writes to the bounded queues of the listeners; it never waits, never throws and never runs an observer. Each observer hears all the types it selected in
/// the order of publication. Pushes do not go through here: they need the newest state, not every event.
/// </remarks>
internal sealed class EventHub(TimeProvider timeProvider, ILogger log) : IDisposable
{
    private const int SharedCapacity = 1024;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly Lock _hubLock = new();
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
        lock (_hubLock)
        {
            queue = observer.Queue is { } own
                ? NewQueueLocked(observer.Name, own)
                : _shared ??= NewQueueLocked("shared", new ObserverQueueOptions(SharedCapacity, OverflowPolicy.DropNewest));
        }

        observer.Select(new EventSelection(this, queue));
    }

    /// <summary>True when somebody listens to this kind; for publishers whose event costs something to make.</summary>
    public bool Wants(EventKind kind) => (Volatile.Read(ref _wanted) & (1u << (int)kind)) != 0;

    /// <summary>Hands an event to those who listen, if there are any. Called when the change it reports can be seen.</summary>
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
        lock (_hubLock)
        {
            if (_publishers[(int)TEvent.Kind] is not EventPublisher<TEvent> publisher)
            {
                publisher = new EventPublisher<TEvent>();
                Volatile.Write(ref _publishers[(int)TEvent.Kind], publisher);
            }

            publisher.AddLocked(lane);

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

    private ObserverQueue NewQueueLocked(string name, ObserverQueueOptions options)
    {
        ObserverQueue queue = new(name, options, log);
        Volatile.Write(ref _queues, [.. _queues, queue]);
        return queue;
    }
}

/// <summary>The part of a publisher that does not depend on its event type, for the hub.</summary>
internal interface IEventPublisher
{
    /// <summary>Events published while somebody listened.</summary>
    long Published { get; }
}

/// <summary>Hands the events of one type to the queues of those who listen. Has no thread and no queue of its own, so a type costs nothing by itself.</summary>
/// <remarks>Made with the first listener. Any thread publishes; listeners are added under the hub's lock.</remarks>
internal sealed class EventPublisher<TEvent> : IEventPublisher
    where TEvent : struct, INodeEvent
{
    private EventLane<TEvent>[] _lanes = [];
    private long _published;

    public long Published => Interlocked.Read(ref _published);

    /// <summary>The caller holds the hub's lock.</summary>
    public void AddLocked(EventLane<TEvent> lane) => Volatile.Write(ref _lanes, [.. _lanes, lane]);

    public void Publish(in TEvent nodeEvent, DateTimeOffset at)
    {
        Interlocked.Increment(ref _published);
        foreach (EventLane<TEvent> lane in Volatile.Read(ref _lanes))
        {
            lane.Offer(nodeEvent, at);
        }
    }
}

/// <summary>The waiting events of one type in an observer's queue. The queue holds the order between lanes: one entry per event.</summary>
internal abstract class ObserverLane
{
    /// <summary>False for what is no event of the node, such as the tick of a clock.</summary>
    public virtual bool IsCounted => true;

    /// <summary>Forgets the oldest waiting event. The caller holds the queue's lock.</summary>
    public abstract void DropOldestLocked();

    /// <summary>Hands the oldest waiting event to the observer. Worker's thread only.</summary>
    public abstract void Deliver();
}

/// <summary>Waiting events of one type for one observer, kept as structs: nothing is boxed.</summary>
/// <remarks>Any thread offers; the worker of the queue delivers. Guarded by the queue's lock. Bounded by the queue's capacity.</remarks>
/// <param name="queue">Of the observer.</param>
/// <param name="observe">Takes them.</param>
/// <param name="isCounted">See <see cref="ObserverLane.IsCounted"/>.</param>
/// <param name="folding">Asked by publishers whether the observer only counts the event; null = it takes every one.</param>
/// <param name="kind">Number of the type, for <paramref name="folding"/>.</param>
internal sealed class EventLane<TEvent>(
    ObserverQueue queue, ObserveEvent<TEvent> observe, bool isCounted = true, EventFolding? folding = null, EventKind kind = default) : ObserverLane
    where TEvent : struct
{
    private readonly Queue<(TEvent Event, DateTimeOffset At)> _events = new();

    public override bool IsCounted => isCounted;

    /// <summary>Queues an event; false when it was dropped.</summary>
    public bool Offer(in TEvent nodeEvent, DateTimeOffset at)
    {
        if (folding is not null && folding.TryFold(kind))
        {
            queue.CountFolded();
            return true;
        }

        lock (queue.QueueLock)
        {
            bool entered = queue.TryEnterLocked(this);
            if (entered)
            {
                _events.Enqueue((nodeEvent, at));
            }

            return entered;
        }
    }

    public override void DropOldestLocked() => _events.Dequeue();

    public override void Deliver()
    {
        (TEvent Event, DateTimeOffset At) next;
        lock (queue.QueueLock)
        {
            next = _events.Dequeue();
        }

        observe(in next.Event, next.At);
    }
}

/// <summary>The events that wait for one observer, of all types it selected, in the order they were published, and the worker that hands them over.</summary>
/// <remarks>
/// Any thread offers through the lanes; one task runs <see cref="RunAsync"/>, or a test pumps <see cref="Step"/>. The lock is innermost: it is taken under any
/// other lock and none is taken under it but the channel's own. Lives as long as the hub.
/// </remarks>
/// <param name="name">Of the observer.</param>
/// <param name="options">Capacity and overflow.</param>
/// <param name="log">For observers that throw.</param>
internal sealed class ObserverQueue(string name, ObserverQueueOptions options, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // The lane of each waiting event; the event itself is in the lane. Publishers read as well, to drop the oldest.
    private readonly Channel<ObserverLane> _order = Channel.CreateBounded<ObserverLane>(
        new BoundedChannelOptions(options.Capacity) { FullMode = BoundedChannelFullMode.Wait });

    private long _delivered;
    private long _dropped;
    private long _faults;
    private bool _abandoned;

    public string Name { get; } = name;

    /// <summary>Guards the order and the lanes' events.</summary>
    public Lock QueueLock { get; } = new();

    /// <summary>Events handed to the observer, those it threw at and those it only counted included.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Events that did not fit.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Events the observer threw at.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>Events that wait.</summary>
    public int Queued => _order.Reader.Count;

    /// <summary>The observer has counted an event, which therefore does not wait.</summary>
    public void CountFolded() => Interlocked.Increment(ref _delivered);

    /// <summary>Takes a place for an event of a lane, or drops what the policy says.</summary>
    public bool TryEnterLocked(ObserverLane lane)
    {
        if (_order.Writer.TryWrite(lane))
        {
            return true;
        }

        if (options.Overflow == OverflowPolicy.DropOldest && _order.Reader.TryRead(out ObserverLane? oldest))
        {
            oldest.DropOldestLocked();
            CountDropped(oldest);
            if (_order.Writer.TryWrite(lane))
            {
                return true;
            }
        }

        CountDropped(lane);
        return false;
    }

    /// <summary>Hands over until <see cref="Complete"/> was called and nothing waits.</summary>
    public async Task RunAsync(TimeProvider timeProvider, CancellationToken hurry)
    {
        while (await _order.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (!Volatile.Read(ref _abandoned) && Step())
            {
            }

            if (Volatile.Read(ref _abandoned))
            {
                return;
            }

            // A worker that waits is woken by its publisher, which costs the publisher more than the event does. So it sleeps a little first: under load a
            // publisher only writes.
            await Task.Delay(Pause, timeProvider, hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Hands one event over; false when there is none. One thread at a time.</summary>
    public bool Step()
    {
        if (!_order.Reader.TryRead(out ObserverLane? lane))
        {
            return false;
        }

        if (lane.IsCounted)
        {
            Interlocked.Increment(ref _delivered);
        }

        try
        {
            lane.Deliver();
        }
#pragma warning disable CA1031 // An observer's fault is its own: it is counted, and the next event is handed over.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            // Faults are logged less and less often: an observer that always fails must not fill it.
            ulong faults = (ulong)Interlocked.Increment(ref _faults);
            if (BitOperations.IsPow2(faults))
            {
                log.ObserverFault(fault, Name, faults);
            }
        }

        return true;
    }

    /// <summary>Nothing more is taken; what waits is still handed over.</summary>
    public void Complete() => _order.Writer.TryComplete();

    /// <summary>The worker ends with the event it is at.</summary>
    public void Abandon() => Volatile.Write(ref _abandoned, true);

    private void CountDropped(ObserverLane lane)
    {
        if (lane.IsCounted)
        {
            Interlocked.Increment(ref _dropped);
        }
    }
}

/// <summary>Wants to hear of events; see docs/events.md. Registered with the services of <c>ServerHost</c>, or given to the node.</summary>
/// <remarks>Its methods run on the worker of its queue, one at a time, in the order of publication. It may be slow: others have queues of their own.</remarks>
internal interface INodeObserver
{
    /// <summary>For metrics and logs; unique in the node.</summary>
    string Name { get; }

    /// <summary>Its queue; null = the one that observers of rare events share.</summary>
    ObserverQueueOptions? Queue { get; }

    /// <summary>Says what it wants to hear. Called once, before the node starts.</summary>
    void Select(EventSelection events);
}

/// <summary>Handles an event for an observer, on the thread of its queue's worker.</summary>
/// <typeparam name="TEvent">The event type.</typeparam>
/// <param name="nodeEvent">What happened.</param>
/// <param name="at">When it was published.</param>
internal delegate void ObserveEvent<TEvent>(in TEvent nodeEvent, DateTimeOffset at)
    where TEvent : struct;

/// <summary>Through it an observer says what it wants to hear.</summary>
internal sealed class EventSelection(EventHub hub, ObserverQueue queue)
{
    /// <summary>Every event of a type from now on.</summary>
    public void On<TEvent>(ObserveEvent<TEvent> observe)
        where TEvent : struct, INodeEvent => hub.Listen(new EventLane<TEvent>(queue, observe));

    /// <summary>Every event of the kinds that <paramref name="wanted"/> picks, in the form that all types share.</summary>
    /// <param name="wanted">Which.</param>
    /// <param name="observe">Takes them.</param>
    /// <param name="folding">Asked by publishers whether the observer only counts an event; null = it takes every one.</param>
    public void OnEvery(Func<EventKind, bool> wanted, ObserveEvent<EventDescription> observe, EventFolding? folding = null)
    {
        Described<ConnectionRefused>(wanted, observe, folding);
        Described<ConnectionClosed>(wanted, observe, folding);
        Described<ClientConnected>(wanted, observe, folding);
        Described<ClientTakenOver>(wanted, observe, folding);
        Described<ClientChanged>(wanted, observe, folding);
        Described<ClientDisconnected>(wanted, observe, folding);
        Described<ClientReleased>(wanted, observe, folding);
        Described<ServiceCreated>(wanted, observe, folding);
        Described<ServiceChanged>(wanted, observe, folding);
        Described<ServiceDisappeared>(wanted, observe, folding);
        Described<ServiceMetadataChanged>(wanted, observe, folding);
        Described<InstanceRegistered>(wanted, observe, folding);
        Described<InstanceChanged>(wanted, observe, folding);
        Described<InstanceDeregistered>(wanted, observe, folding);
        Described<InstanceOverrideChanged>(wanted, observe, folding);
        Described<ServiceSubscribed>(wanted, observe, folding);
        Described<ServiceUnsubscribed>(wanted, observe, folding);
        Described<PushSent>(wanted, observe, folding);
        Described<PushPutOff>(wanted, observe, folding);
        Described<PushTooLarge>(wanted, observe, folding);
        Described<PushNotTakenIn>(wanted, observe, folding);
    }

    /// <summary>A way for the observer to send itself something in order with the events; not counted as one.</summary>
    public EventLane<T> ToSelf<T>(ObserveEvent<T> observe)
        where T : struct => new(queue, observe, isCounted: false);

    private void Described<TEvent>(Func<EventKind, bool> wanted, ObserveEvent<EventDescription> observe, EventFolding? folding)
        where TEvent : struct, INodeEvent
    {
        if (wanted(TEvent.Kind))
        {
            hub.Listen(new EventLane<TEvent>(
                queue, (in TEvent nodeEvent, DateTimeOffset at) => observe(nodeEvent.Describe(), at), isCounted: true, folding, TEvent.Kind));
        }
    }
}

/// <summary>An observer's own queue.</summary>
/// <param name="Capacity">Events that may wait.</param>
/// <param name="Overflow">What happens to one more.</param>
internal sealed record ObserverQueueOptions(int Capacity, OverflowPolicy Overflow);

/// <summary>The policy for an event that finds the queue of its observer full.</summary>
internal enum OverflowPolicy
{
    /// <summary>The new event is dropped: the observer sees an unbroken beginning.</summary>
    DropNewest,

    /// <summary>The oldest waiting event is dropped: the observer sees what is recent.</summary>
    DropOldest,
}
