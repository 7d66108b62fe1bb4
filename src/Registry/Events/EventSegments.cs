namespace FastRegistry.Registry.Events;

/// <summary>The newest events of a ring, in segments that are made as events come: a node that has seen few keeps room for few.</summary>
/// <remarks>Part of an <see cref="EventRing"/>, guarded by its gate.</remarks>
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
