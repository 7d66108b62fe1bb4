using FastRegistry.Registry.Instances;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Registry.Events;

/// <summary>Something that happened in the node. Implemented by readonly structs that hold no mutable state and no client.</summary>
/// <remarks>This file holds the event types, the description that all of them share, and the ring that keeps the last descriptions.</remarks>
internal interface INodeEvent
{
    /// <summary>The number of the type.</summary>
    static abstract EventKind Kind { get; }

    /// <summary>The event in the form that all types share. Called by workers of observers.</summary>
    EventDescription Describe();
}

/// <summary>One number per event type: its publisher, its bit among those somebody listens to, its name in logs, metrics and the operator's call.</summary>
internal enum EventKind
{
    ConnectionRefused,
    ConnectionClosed,
    ClientConnected,
    ClientTakenOver,
    ClientChanged,
    ClientDisconnected,
    ClientReleased,
    ServiceCreated,
    ServiceChanged,
    ServiceDisappeared,
    ServiceMetadataChanged,
    InstanceRegistered,
    InstanceChanged,
    InstanceDeregistered,
    InstanceOverrideChanged,
    ServiceSubscribed,
    ServiceUnsubscribed,
    PushSent,
    PushPutOff,
    PushTooLarge,
    PushNotTakenIn,
}

/// <summary>A connection was not let in.</summary>
internal readonly record struct ConnectionRefused(GoAwayReason Reason, string Text) : INodeEvent
{
    public static EventKind Kind => EventKind.ConnectionRefused;

    public EventDescription Describe() => new(Kind) { Reason = Reason.ToString(), Text = Text };
}

/// <summary>A connection that was let in has ended, set up or not.</summary>
internal readonly record struct ConnectionClosed(long Session, CloseReason Reason) : INodeEvent
{
    public static EventKind Kind => EventKind.ConnectionClosed;

    public EventDescription Describe() => new(Kind) { Session = Session, Reason = CloseReasonText.WordOf(Reason), Text = CloseReasonText.TextOf(Reason) };
}

/// <summary>A client has come: by the set-up of its connection, or by its first registration over HTTP (then without session and name).</summary>
internal readonly record struct ClientConnected(ClientReference Client, long Session, string Name, string Version) : INodeEvent
{
    public static EventKind Kind => EventKind.ClientConnected;

    public EventDescription Describe() => new(Kind) { Client = Client, Session = Session, Text = CloseReasonText.OneLine(Name, Version) };
}

/// <summary>A client has connected again while its old session was still there: the new one speaks for everything it publishes.</summary>
internal readonly record struct ClientTakenOver(ClientReference Client, long OldSession, long Session) : INodeEvent
{
    public static EventKind Kind => EventKind.ClientTakenOver;

    public EventDescription Describe() => new(Kind) { Client = Client, Session = Session, Text = $"from session {OldSession}" };
}

/// <summary>What a client publishes for a service has changed.</summary>
internal readonly record struct ClientChanged(ClientReference Client, ServiceKey Service) : INodeEvent
{
    public static EventKind Kind => EventKind.ClientChanged;

    public EventDescription Describe() => new(Kind) { Client = Client, Service = Service };
}

/// <summary>The session that spoke for a client has ended and no other speaks for it.</summary>
internal readonly record struct ClientDisconnected(ClientReference Client, long Session, CloseReason Reason) : INodeEvent
{
    public static EventKind Kind => EventKind.ClientDisconnected;

    public EventDescription Describe() => new(Kind) { Client = Client, Session = Session, Reason = CloseReasonText.WordOf(Reason), Text = CloseReasonText.TextOf(Reason) };
}

/// <summary>A client is gone with everything it published.</summary>
internal readonly record struct ClientReleased(ClientReference Client, DeregisterReason Reason) : INodeEvent
{
    public static EventKind Kind => EventKind.ClientReleased;

    public EventDescription Describe() => new(Kind) { Client = Client, Reason = Reason.ToString() };
}

/// <summary>A service is known from now on.</summary>
internal readonly record struct ServiceCreated(ServiceKey Service) : INodeEvent
{
    public static EventKind Kind => EventKind.ServiceCreated;

    public EventDescription Describe() => new(Kind) { Service = Service };
}

/// <summary>The list of a service has changed: readers see another revision.</summary>
internal readonly record struct ServiceChanged(ServiceKey Service, long Revision, int Instances) : INodeEvent
{
    public static EventKind Kind => EventKind.ServiceChanged;

    public EventDescription Describe() => new(Kind) { Service = Service, Revision = Revision };
}

/// <summary>A service had neither instances nor subscribers for long and was forgotten.</summary>
internal readonly record struct ServiceDisappeared(ServiceKey Service) : INodeEvent
{
    public static EventKind Kind => EventKind.ServiceDisappeared;

    public EventDescription Describe() => new(Kind) { Service = Service };
}

/// <summary>What is set for a service by hand has changed.</summary>
internal readonly record struct ServiceMetadataChanged(ServiceKey Service, long Revision) : INodeEvent
{
    public static EventKind Kind => EventKind.ServiceMetadataChanged;

    public EventDescription Describe() => new(Kind) { Service = Service, Revision = Revision };
}

/// <summary>A client publishes an instance it did not publish before.</summary>
internal readonly record struct InstanceRegistered(ServiceKey Service, Instance Instance, ClientReference Client, long Revision) : INodeEvent
{
    public static EventKind Kind => EventKind.InstanceRegistered;

    public EventDescription Describe() => new(Kind) { Service = Service, Instance = Instance.Identity, Client = Client, Revision = Revision };
}

/// <summary>A client has registered an instance again with other values.</summary>
internal readonly record struct InstanceChanged(ServiceKey Service, Instance Instance, ClientReference Client, long Revision) : INodeEvent
{
    public static EventKind Kind => EventKind.InstanceChanged;

    public EventDescription Describe() => new(Kind) { Service = Service, Instance = Instance.Identity, Client = Client, Revision = Revision };
}

/// <summary>A client does not publish an instance any more. Exactly once for each that was registered.</summary>
internal readonly record struct InstanceDeregistered(ServiceKey Service, Instance Instance, ClientReference Client, long Revision, DeregisterReason Reason) : INodeEvent
{
    public static EventKind Kind => EventKind.InstanceDeregistered;

    public EventDescription Describe() => new(Kind) { Service = Service, Instance = Instance.Identity, Client = Client, Revision = Revision, Reason = Reason.ToString() };
}

/// <summary>An operator has set, changed or taken away what is shown instead of what was registered.</summary>
internal readonly record struct InstanceOverrideChanged(ServiceKey Service, InstanceIdentity Identity, bool IsSet, long Revision) : INodeEvent
{
    public static EventKind Kind => EventKind.InstanceOverrideChanged;

    public EventDescription Describe() => new(Kind) { Service = Service, Instance = Identity, Revision = Revision, Reason = IsSet ? "Set" : "Removed" };
}

/// <summary>A session has subscribed to a service.</summary>
internal readonly record struct ServiceSubscribed(ServiceKey Service, long Session, ulong SubscriptionId) : INodeEvent
{
    public static EventKind Kind => EventKind.ServiceSubscribed;

    public EventDescription Describe() => new(Kind) { Service = Service, Session = Session };
}

/// <summary>A subscription has ended: on request, or with its session.</summary>
internal readonly record struct ServiceUnsubscribed(ServiceKey Service, long Session, ulong SubscriptionId) : INodeEvent
{
    public static EventKind Kind => EventKind.ServiceUnsubscribed;

    public EventDescription Describe() => new(Kind) { Service = Service, Session = Session };
}

/// <summary>Trace: a list is on its way to a subscriber.</summary>
internal readonly record struct PushSent(ServiceKey Service, long Session, ulong SubscriptionId, long Revision) : INodeEvent
{
    public static EventKind Kind => EventKind.PushSent;

    public EventDescription Describe() => new(Kind) { Service = Service, Session = Session, Revision = Revision };
}

/// <summary>Trace: a subscriber is behind; it gets the newest list when it has drained.</summary>
internal readonly record struct PushPutOff(ServiceKey Service, long Session, ulong SubscriptionId, long Revision) : INodeEvent
{
    public static EventKind Kind => EventKind.PushPutOff;

    public EventDescription Describe() => new(Kind) { Service = Service, Session = Session, Revision = Revision };
}

/// <summary>No stream can carry the list to this client: its subscription has ended.</summary>
internal readonly record struct PushTooLarge(ServiceKey Service, long Session, ulong SubscriptionId, long Revision) : INodeEvent
{
    public static EventKind Kind => EventKind.PushTooLarge;

    public EventDescription Describe() => new(Kind) { Service = Service, Session = Session, Revision = Revision };
}

/// <summary>A client has not said for long that it has taken in a push that asked for it, although it was sent and the client is alive.</summary>
internal readonly record struct PushNotTakenIn(ClientReference Client, long Session) : INodeEvent
{
    public static EventKind Kind => EventKind.PushNotTakenIn;

    public EventDescription Describe() => new(Kind) { Client = Client, Session = Session };
}

/// <summary>A client as events name it. It holds nothing of the client, so an event that is kept keeps no client alive.</summary>
/// <param name="Number">Counts the clients of this node's life; the same across takeovers. 0 for clients made over HTTP.</param>
/// <param name="Id">ip:port for clients made over HTTP, else empty: the instance id of a native client is its secret.</param>
internal readonly record struct ClientReference(long Number, string Id)
{
    public bool IsNone => Id is null;

    public override string ToString() => Id is null ? "" : Id.Length > 0 ? Id : $"client-{Number}";
}

/// <summary>The reason for which an instance left the registry.</summary>
internal enum DeregisterReason
{
    /// <summary>Its client asked for it.</summary>
    Request,

    /// <summary>A replacing batch of its client did not name it.</summary>
    Replaced,

    /// <summary>Its client said goodbye.</summary>
    ClientLeft,

    /// <summary>The connection of its client ended without a goodbye, or was ended by the node.</summary>
    ConnectionLost,

    /// <summary>Another session had taken its client over and did not name it again in time.</summary>
    NotReaffirmed,

    /// <summary>Its client was lost in a pause of the node and did not come back in time.</summary>
    NotReturned,

    /// <summary>Its ip:port client was not heard of for the time it set.</summary>
    BeatsMissed,
}

/// <summary>An event in the form that all types share, for what passes it on: log, ring, operator's call.</summary>
/// <param name="Kind">Its type.</param>
internal readonly record struct EventDescription(EventKind Kind)
{
    // The struct itself and the objects around its strings.
    private const int FixedBytes = 320;

    public ServiceKey? Service { get; init; }

    public ClientReference Client { get; init; }

    /// <summary>Null where no instance is concerned.</summary>
    public InstanceIdentity? Instance { get; init; }

    /// <summary>A word.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Further words, for people.</summary>
    public string Text { get; init; } = "";

    /// <summary>Number of the session; 0 = none.</summary>
    public long Session { get; init; }

    /// <summary>Revision of the service afterwards; 0 = none.</summary>
    public long Revision { get; init; }

    /// <summary>Upper estimate of the memory it keeps alive.</summary>
    public int Bytes => FixedBytes
        + (Service is { } key ? 2 * (key.Namespace.Length + key.Group.Length + key.Name.Length) + key.Utf8.Length : 0)
        + (Instance is { } instance ? 2 * (instance.Cluster.Length + instance.Ip.Length) : 0)
        + (2 * ((Client.Id?.Length ?? 0) + Text.Length));
}

/// <summary>Words for events from what a transport or a client says: one line, of bounded length.</summary>
internal static class CloseReasonText
{
    private const int MaximumLength = 256;

    /// <summary>The goaway when there was one, for it says more than who sent it.</summary>
    public static string WordOf(CloseReason reason) => reason.GoAway == GoAwayReason.None ? reason.Kind.ToString() : reason.GoAway.ToString();

    public static string TextOf(CloseReason reason) => reason.Text.Length <= MaximumLength ? reason.Text : reason.Text[..MaximumLength];

    /// <summary>A client's name and version; control characters in it would forge log lines.</summary>
    public static string OneLine(string name, string version)
    {
        string text = version.Length == 0 ? name : $"{name} {version}";
        text = text.Length <= MaximumLength ? text : text[..MaximumLength];
        return text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.Contains('\u007f')
            ? string.Concat(text.Select(static character => char.IsControl(character) ? '?' : character))
            : text;
    }
}

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
