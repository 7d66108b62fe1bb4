using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Push;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Registry.Services;

/// <summary>One subscriber's interest in one service, and what it has been sent of it.</summary>
/// <remarks>
/// <para>Added and removed by the <see cref="ServiceRegistry"/>; <see cref="IndexInService"/> is guarded by the service's lock. All its lists are written by the one
/// push worker of its service, the first one too, so lists cannot cross and what was written last needs no lock. Any thread asks for a list
/// (<see cref="Ask"/>), sets the resync mark or reports that a list was not delivered.</para>
/// <para>A list that was asked for is sent whatever was written before; otherwise a push goes out only with news.</para>
/// </remarks>
internal sealed class Subscription(ISubscriber subscriber, ServiceEntry service, ulong id, InstanceFilter filter) : IPushedSubscription
{
    // The push worker's thread only.
    private long _writtenRevision;
    private bool _isWrittenProvisional;

    private HeldList? _asked;
    private int _resync;
    private bool _isUndelivered;

    public ISubscriber Subscriber { get; } = subscriber;

    public ServiceEntry Service { get; } = service;

    IPushedService IPushedSubscription.Service => Service;

    /// <summary>Chosen by the client, unique on its connection.</summary>
    public ulong Id { get; } = id;

    public InstanceFilter Filter { get; } = filter;

    public int IndexInService { get; set; } = -1;

    /// <summary>Link of its session's queue of subscriptions that wait for a list; guarded by the session's subscription lock.</summary>
    public Subscription? NextWaiting { get; set; }

    /// <summary>It is in that queue; guarded by the same lock.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>False once it was removed: what was meant for it before goes nowhere.</summary>
    public bool IsActive => IndexInService >= 0;

    /// <summary>A list was asked for and has not been sent. Thread-safe.</summary>
    public bool IsAsked => Volatile.Read(ref _asked) is not null;

    /// <summary>It waits for its turn to be sent the newest list. Thread-safe.</summary>
    public bool IsResyncMarked => Volatile.Read(ref _resync) != 0;

    /// <summary>Has the newest list sent, or that it is the one the client holds, whatever was sent before. The caller marks the subscription and queues it.
    /// Thread-safe.</summary>
    /// <param name="held">What the client says that it holds; <see cref="HeldList.None"/> = nothing, so a whole list is sent.</param>
    public void Ask(HeldList held) => Interlocked.Exchange(ref _asked, held);

    /// <summary>True on the edge: the caller queues the subscription. Thread-safe.</summary>
    public bool TryMarkResync() => Interlocked.Exchange(ref _resync, 1) == 0;

    /// <summary>A list that was counted as written has not reached the client: the next push is a whole list. Thread-safe.</summary>
    public void NotDelivered() => Volatile.Write(ref _isUndelivered, true);

    void IPushedSubscription.PutAside(PushWorker worker)
    {
        // It keeps its place among the marks put aside, and its mark goes: whoever asks for a list meanwhile must be able to queue it.
        Interlocked.Exchange(ref _resync, 0);
        Subscriber.TurnEnded(this);
    }

    void IPushedSubscription.PushNewest(PushWorker worker)
    {
        // Mark first, state second: a mark that is set after the read queues the subscription again.
        Interlocked.Exchange(ref _resync, 0);
        try
        {
            Push(Service.GetSnapshot(), worker);
        }
        finally
        {
            // Whatever happened: the other subscriptions of the session wait for their turn.
            Subscriber.TurnEnded(this);
        }
    }

    /// <summary>Pushes a list, or what leads to it, when it was asked for or is news. Its push worker's thread.</summary>
    public void Push(ServiceSnapshot snapshot, PushWorker worker)
    {
        HeldList? asked = Volatile.Read(ref _asked) is null ? null : Interlocked.Exchange(ref _asked, null);
        if (!IsActive || worker.IsEnded || (asked is null && !IsNews(snapshot)))
        {
            return;
        }

        long session = Subscriber.SessionId;
        snapshot.MarkWritten();
        string? address = snapshot.Metadata?.Selector is null ? null : Subscriber.RemoteAddress;
        bool isUndelivered = TakeUndelivered();
        EncodedPush push = Choose(snapshot, asked, isUndelivered, address) with { IsAnswer = asked is not null };
        switch (Subscriber.Push(this, snapshot, push))
        {
            case PushOutcome.Sent:
                _writtenRevision = snapshot.Revision;
                _isWrittenProvisional = snapshot.IsProvisional;
                worker.CountSent(push.Body.Length, push.Type, isEmpty: snapshot.Instances.IsEmpty);
                worker.Events.Publish(new PushSent(snapshot.Key, session, Id, snapshot.Revision));
                break;
            case PushOutcome.Resync:
                AskAgain(asked);
                if (isUndelivered)
                {
                    // The client has as little of the list before as it had.
                    NotDelivered();
                }

                worker.CountPutOff();
                worker.Events.Publish(new PushPutOff(snapshot.Key, session, Id, snapshot.Revision));
                break;
            case PushOutcome.TooLarge:
                worker.CountFailure();
                worker.Events.Publish(new PushTooLarge(snapshot.Key, session, Id, snapshot.Revision));
                break;
            default:
                worker.CountFailure();
                break;
        }
    }

    /// <summary>The list was not sent now: it stays asked for, unless something newer was asked for meanwhile.</summary>
    private void AskAgain(HeldList? asked)
    {
        if (asked is not null)
        {
            Interlocked.CompareExchange(ref _asked, asked, null);
        }
    }

    private bool TakeUndelivered() => Volatile.Read(ref _isUndelivered) && Interlocked.Exchange(ref _isUndelivered, false);

    /// <summary>True when a list is newer than the one written last, or is the same and not provisional any more.</summary>
    private bool IsNews(ServiceSnapshot snapshot) =>
        snapshot.Revision > _writtenRevision || (_isWrittenProvisional && !snapshot.IsProvisional && Subscriber.TakesDeltas);

    /// <summary>Chooses the smallest push that brings the subscriber to a list.</summary>
    private EncodedPush Choose(ServiceSnapshot snapshot, HeldList? asked, bool isUndelivered, string? address)
    {
        if (!Subscriber.TakesDeltas)
        {
            return snapshot.EncodePush(0, Filter, address);
        }

        if (asked is not null)
        {
            return snapshot.EncodePush(asked, Filter, address);
        }

        if (snapshot.Revision == _writtenRevision && !isUndelivered)
        {
            return snapshot.EncodeUnchanged(Filter, address);
        }

        // What a client holds of a provisional list is more than the list: no differences then.
        return snapshot.EncodePush(isUndelivered || _isWrittenProvisional ? 0 : _writtenRevision, Filter, address);
    }
}

/// <summary>The list that a client says it holds for the filter of a subscription. Immutable.</summary>
/// <param name="Epoch">Of the version.</param>
/// <param name="Revision">Of the version.</param>
/// <param name="Count">Instances in the list.</param>
/// <param name="Digest">Sum of the hashes of its instances, see <see cref="ListDigest"/>.</param>
internal sealed record HeldList(NodeEpoch Epoch, long Revision, long Count, ulong Digest)
{
    /// <summary>The client holds no list.</summary>
    public static HeldList None { get; } = new(default, 0, -1, 0);
}

/// <summary>Receives the pushes of its subscriptions. Called by push workers; must not block.</summary>
internal interface ISubscriber
{
    /// <summary>Number of the session it belongs to; 0 = it came over HTTP.</summary>
    long SessionId { get; }

    /// <summary>Its address as a text, for selectors; null = unknown. Costs something: only where a selector asks.</summary>
    string? RemoteAddress { get; }

    /// <summary>Takes deltas and "unchanged" on the list it was sent last; otherwise it is sent whole lists only.</summary>
    bool TakesDeltas { get; }

    /// <summary>Describes it for operators; null = unknown.</summary>
    SubscriberDescription? Describe() => null;

    /// <summary>Takes a push on its way to the client.</summary>
    /// <param name="subscription">Whose it is.</param>
    /// <param name="snapshot">The list that the client has afterwards.</param>
    /// <param name="push">The list, or what leads to it.</param>
    PushOutcome Push(Subscription subscription, ServiceSnapshot snapshot, in EncodedPush push);

    /// <summary>A subscription that was handed to its push worker by itself is done with: the next one that waits may have its turn.</summary>
    void TurnEnded(Subscription subscription)
    {
    }
}

/// <summary>The description of a subscriber for operators.</summary>
/// <param name="ClientId">Its client in the operator's calls.</param>
/// <param name="Ip">Its address; empty = unknown.</param>
/// <param name="Port">Its port.</param>
/// <param name="Agent">Name and version of its library.</param>
/// <param name="Application">As it named itself; may be empty.</param>
internal sealed record SubscriberDescription(string ClientId, string Ip, int Port, string Agent, string Application);

/// <summary>The part of a push behind its prefix. The body is shared by all receivers and never changed.</summary>
/// <param name="Type">The type of the push.</param>
/// <param name="Body">The protobuf message.</param>
/// <param name="IsAnswer">The list was asked for: its time says how old it is, not how long the push took.</param>
internal readonly record struct EncodedPush(MessageType Type, byte[] Body, bool IsAnswer = false);

/// <summary>The outcome of a push.</summary>
internal enum PushOutcome
{
    /// <summary>It is on its way, in order.</summary>
    Sent,

    /// <summary>The output has no room; the subscriber asks for the newest list when it has.</summary>
    Resync,

    /// <summary>The subscriber cannot be sent a list of this size; it has ended the subscription or keeps the list it has.</summary>
    TooLarge,

    /// <summary>The connection is gone.</summary>
    Closed,
}
