namespace FastRegistry.Registry.Events;

/// <summary>The last events, for operators who want to know what happened.</summary>
/// <remarks>
/// Written by its queue's worker, read by HTTP threads under its gate. Holds neither clients nor metadata. Bounded in events and in bytes; what is too frequent
/// to be of use (every push, and changes that an instance's event tells already) is left out.
/// </remarks>
/// <param name="kept">Events kept at most.</param>
/// <param name="queueCapacity">Events that may wait for it.</param>
internal sealed class EventRing(int kept, int queueCapacity) : INodeObserver
{
    private const int BytesPerEvent = 1024;

    private readonly Lock _ringGate = new();
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
            lock (_ringGate)
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
        lock (_ringGate)
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
        lock (_ringGate)
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
