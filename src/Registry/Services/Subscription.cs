using FastRegistry.Registry.Selection;

namespace FastRegistry.Registry.Services;

/// <summary>One session's interest in one service.</summary>
/// <remarks>Made and removed on the session's receive path; written to by the push worker of its service's shard. <see cref="IndexInService"/> is guarded
/// by the service's gate.</remarks>
internal sealed class Subscription(ISubscriber subscriber, ServiceEntry service, ulong id, InstanceFilter filter)
{
    private long _writtenRevision;
    private long _baseRevision;
    private ulong _pushSequence;
    private int _resync;
    private bool _streaming;
    private bool _repeat;

    public ISubscriber Subscriber { get; } = subscriber;

    public ServiceEntry Service { get; } = service;

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

    /// <summary>Whether the push that is made now is to be such a one. Its push worker's thread.</summary>
    public bool TakeRepeat()
    {
        bool repeat = Volatile.Read(ref _repeat);
        if (repeat)
        {
            Volatile.Write(ref _repeat, false);
        }

        return repeat;
    }

    public void ClearResync() => Volatile.Write(ref _resync, 0);

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
