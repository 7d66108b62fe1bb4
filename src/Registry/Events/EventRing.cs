namespace FastRegistry.Registry.Events;

/// <summary>The last events, for operators who want to know what happened.</summary>
/// <remarks>
/// Written by its queue's worker, read by HTTP threads under its lock. Holds neither clients nor metadata. Bounded in events and in bytes; what is too frequent
/// to be of use (every push, and changes that the event of an instance reports already) is left out.
/// </remarks>
/// <param name="kept">Events kept at most.</param>
/// <param name="queueCapacity">Events that may wait for it.</param>
internal sealed class EventRing(int kept, int queueCapacity) : INodeObserver
{
    private const int BytesPerEvent = 1024;

    private readonly Lock _ringLock = new();
    private readonly EventSegments _events = new(kept);
    private long _bytes;
    private string _lastText = "";

    public string Name => "ring";

    /// <summary>The newest matter most.</summary>
    public ObserverQueueOptions Queue { get; } = new(queueCapacity, OverflowPolicy.DropOldest);

    /// <summary>Memory the kept events may keep alive.</summary>
    public long MaximumBytes { get; } = (long)kept * BytesPerEvent;

    /// <summary>Events that came in since the start.</summary>
    public long Total
    {
        get
        {
            lock (_ringLock)
            {
                return _events.Total;
            }
        }
    }

    public static bool Keeps(EventKind kind) =>
        kind is not (EventKind.ClientChanged or EventKind.ServiceChanged or EventKind.PushSent or EventKind.PushPutOff);

    public void Select(EventSelection events) => events.OnEvery(Keeps, Keep);

    /// <summary>The newest events that the filter accepts, the newest first.</summary>
    public IReadOnlyList<KeptEvent> Find(EventFilter filter)
    {
        KeptEvent[] events;
        lock (_ringLock)
        {
            events = _events.ToArray();
        }

        List<KeptEvent> found = [];
        for (int i = events.Length - 1; i >= 0 && found.Count < filter.Limit; i--)
        {
            if (filter.Accepts(events[i].Event))
            {
                found.Add(events[i]);
            }
        }

        return found;
    }

    private void Keep(in EventDescription description, DateTimeOffset at)
    {
        lock (_ringLock)
        {
            // Many clients say the same about themselves; each event brings a text of its own.
            _lastText = description.Text == _lastText ? _lastText : description.Text;
            _bytes += description.Bytes;
            while (_events.Count == kept || (_bytes > MaximumBytes && _events.Count > 0))
            {
                _bytes -= _events.TakeOldest().Bytes;
            }

            _events.Add(description with { Text = _lastText }, at);
        }
    }
}

/// <summary>The newest events of a ring, in segments that are made as events come: a node that has seen few keeps room for few.</summary>
/// <remarks>Part of an <see cref="EventRing"/>, guarded by its lock.</remarks>
/// <param name="capacity">Events at most.</param>
internal sealed class EventSegments(int capacity)
{
    private const int SegmentEvents = 256;

    private readonly (EventDescription Event, long AtTicks)[]?[] _segments = new (EventDescription, long)[]?[((capacity - 1) / SegmentEvents) + 1];
    private long _oldest;

    public int Count => (int)(Total - _oldest);

    /// <summary>Events added so far.</summary>
    public long Total { get; private set; }

    /// <summary>Adds one while there are fewer than the capacity.</summary>
    /// <param name="description">What happened.</param>
    /// <param name="at">When, in universal time.</param>
    public void Add(in EventDescription description, DateTimeOffset at)
    {
        At(Total) = (description, at.UtcTicks);
        Total++;
    }

    /// <summary>Takes the oldest one out, which must be there.</summary>
    public EventDescription TakeOldest()
    {
        ref (EventDescription Event, long AtTicks) oldest = ref At(_oldest++);
        EventDescription taken = oldest.Event;
        oldest = default;
        return taken;
    }

    /// <summary>All of them, the oldest first.</summary>
    public KeptEvent[] ToArray()
    {
        KeptEvent[] events = new KeptEvent[Count];
        for (int i = 0; i < events.Length; i++)
        {
            (EventDescription description, long atTicks) = At(_oldest + i);
            events[i] = new KeptEvent(_oldest + i + 1, new DateTimeOffset(atTicks, TimeSpan.Zero), description);
        }

        return events;
    }

    private ref (EventDescription Event, long AtTicks) At(long number)
    {
        int place = (int)(number % ((long)_segments.Length * SegmentEvents));
        ref (EventDescription, long)[]? segment = ref _segments[place / SegmentEvents];
        segment ??= new (EventDescription, long)[SegmentEvents];
        return ref segment[place % SegmentEvents];
    }
}

/// <summary>An event in the ring.</summary>
/// <param name="Number">Counts the events that came into the ring.</param>
/// <param name="At">When it was published.</param>
/// <param name="Event">What happened.</param>
internal readonly record struct KeptEvent(long Number, DateTimeOffset At, EventDescription Event);

/// <summary>A filter over the kept events.</summary>
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
