using FastRegistry.Registry.Events;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Selection;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Registry.Services;

/// <summary>One session's interest in one service.</summary>
/// <remarks>Made and removed on the session's receive path; written to by the push worker of its service's shard. <see cref="IndexInService"/> is guarded
/// by the service's lock.</remarks>
internal sealed class Subscription(ISubscriber subscriber, ServiceEntry service, ulong id, InstanceFilter filter) : IPushedSubscription
{
    private long _writtenRevision;
    private long _baseRevision;
    private ulong _pushSequence;
    private int _resync;
    private bool _streaming;
    private bool _repeat;

    public ISubscriber Subscriber { get; } = subscriber;

    public ServiceEntry Service { get; } = service;

    IPushedService IPushedSubscription.Service => Service;

    /// <summary>Chosen by the client, unique on its connection.</summary>
    public ulong Id { get; } = id;

    public InstanceFilter Filter { get; } = filter;

    public int IndexInService { get; set; } = -1;

    /// <summary>Link of the session's list of subscriptions to resync.</summary>
    public Subscription? NextResync { get; set; }

    /// <summary>Revision last written to the connection.</summary>
    public long WrittenRevision => Volatile.Read(ref _writtenRevision);

    /// <summary>Revision that is certain to be ahead of the next push on the connection, for a delta on it; 0 = a whole list is due.</summary>
    public long DeltaBase
    {
        get
        {
            long written = WrittenRevision;
            return Subscriber.TakesDeltas && Volatile.Read(ref _baseRevision) == written ? written : 0;
        }
    }

    /// <summary>False once it was removed: what was meant for it before goes nowhere.</summary>
    public bool IsActive => IndexInService >= 0;

    /// <summary>Its last list is being sent in pieces; newer ones wait for the end.</summary>
    public bool IsStreaming
    {
        get => Volatile.Read(ref _streaming);
        set => Volatile.Write(ref _streaming, value);
    }

    /// <summary>Number of its last push on the connection; 0 = none.</summary>
    public ulong PushSequence
    {
        get => Volatile.Read(ref _pushSequence);
        set => Volatile.Write(ref _pushSequence, value);
    }

    public bool IsResyncMarked => Volatile.Read(ref _resync) != 0;

    /// <summary>A push was appended to the connection.</summary>
    public void Pushed(long revision)
    {
        if (TryAdvance(revision))
        {
            Volatile.Write(ref _baseRevision, revision);
        }
    }

    /// <summary>A list is on its way as an answer. Until it is appended a push may overtake it, and must not build on it.</summary>
    public void AnswerBegins(long revision)
    {
        Volatile.Write(ref _baseRevision, 0);
        TryAdvance(revision);
    }

    /// <summary>The answer of <see cref="AnswerBegins"/> was appended as a whole. A push that overtook it stays the base.</summary>
    public void AnswerWritten(long revision)
    {
        // Two racing writers leave a base that is not the written revision, which means a whole list, never a wrong delta.
        if (WrittenRevision == revision)
        {
            Volatile.Write(ref _baseRevision, revision);
        }
    }

    /// <summary>True on the edge: the caller puts the subscription on its session's resync list.</summary>
    public bool TryMarkResync() => Interlocked.Exchange(ref _resync, 1) == 0;

    /// <summary>The next push is a whole list that asks for an ack, even if the client has been sent that list.</summary>
    public void AskToRepeat() => Volatile.Write(ref _repeat, true);

    public void ClearResync() => Volatile.Write(ref _resync, 0);

    void IPushedSubscription.PushNewest(PushWorker worker)
    {
        ClearResync();
        Push(Service.GetSnapshot(), worker);
    }

    /// <summary>Pushes a list, or what leads to it, unless the client has it or a newer one. Its push worker's thread.</summary>
    public void Push(ServiceSnapshot snapshot, PushWorker worker)
    {
        bool repeat = TakeRepeat();
        if (!IsActive || (snapshot.Revision <= WrittenRevision && !repeat) || worker.IsEnded)
        {
            return;
        }

        long session = Subscriber.SessionId;
        snapshot.MarkWritten();
        string? address = snapshot.Metadata?.Selector is null ? null : Subscriber.RemoteAddress;
        EncodedPush push = snapshot.EncodePush(repeat ? 0 : DeltaBase, Filter, address) with { AsksForAck = repeat };
        switch (Subscriber.Push(this, snapshot, push))
        {
            case PushOutcome.Sent:
                Pushed(snapshot.Revision);
                worker.CountSent(push.Body.Length, isDelta: push.Type == MessageType.DeltaPush, isEmpty: snapshot.Instances.IsEmpty);
                worker.Events.Publish(new PushSent(snapshot.Key, session, Id, snapshot.Revision));
                break;
            case PushOutcome.Resync:
                if (repeat)
                {
                    AskToRepeat();
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

    /// <summary>Takes the request of <see cref="AskToRepeat"/>; false when there is none. Its push worker's thread.</summary>
    private bool TakeRepeat()
    {
        bool repeat = Volatile.Read(ref _repeat);
        if (repeat)
        {
            Volatile.Write(ref _repeat, false);
        }

        return repeat;
    }

    /// <summary>Notes that a list is being written; false when the same or a newer one was written already.</summary>
    private bool TryAdvance(long revision)
    {
        while (true)
        {
            long written = Volatile.Read(ref _writtenRevision);
            if (revision <= written)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _writtenRevision, revision, written) == written)
            {
                return true;
            }
        }
    }
}

/// <summary>Receives the pushes of its subscriptions. Called by push workers; must not block.</summary>
internal interface ISubscriber
{
    /// <summary>Number of the session it belongs to; 0 = it came over HTTP.</summary>
    long SessionId { get; }

    /// <summary>Its address as a text, for selectors; null = unknown. Costs something: only where a selector asks.</summary>
    string? RemoteAddress { get; }

    /// <summary>The client understands deltas.</summary>
    bool TakesDeltas { get; }

    /// <summary>Describes it for operators; null = unknown.</summary>
    SubscriberDescription? Describe() => null;

    /// <summary>Takes a push on its way to the client.</summary>
    /// <param name="subscription">Whose it is.</param>
    /// <param name="snapshot">The list that the client has afterwards.</param>
    /// <param name="push">The list, or what leads to it.</param>
    PushOutcome Push(Subscription subscription, ServiceSnapshot snapshot, in EncodedPush push);
}

/// <summary>The description of a subscriber for operators.</summary>
/// <param name="ClientId">Its client in the operator's calls.</param>
/// <param name="Ip">Its address; empty = unknown.</param>
/// <param name="Port">Its port.</param>
/// <param name="Agent">Name and version of its library.</param>
/// <param name="Application">As it named itself; may be empty.</param>
internal sealed record SubscriberDescription(string ClientId, string Ip, int Port, string Agent, string Application);

/// <summary>The part of a push behind its prefix. The body is shared by all receivers and never changed.</summary>
/// <param name="Type"><see cref="MessageType.SnapshotPush"/> or <see cref="MessageType.DeltaPush"/>.</param>
/// <param name="Body">The protobuf message.</param>
/// <param name="AsksForAck">It asks to be acknowledged at once.</param>
internal readonly record struct EncodedPush(MessageType Type, byte[] Body, bool AsksForAck = false);

/// <summary>The outcome of a push.</summary>
internal enum PushOutcome
{
    /// <summary>It is on its way, in order.</summary>
    Sent,

    /// <summary>The connection is behind; the newest list will be asked for when it has drained.</summary>
    Resync,

    /// <summary>No stream can carry the list; the subscriber keeps the one it has.</summary>
    TooLarge,

    /// <summary>The connection is gone.</summary>
    Closed,
}
