using FastRegistry.Node.Observability;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <content>Pushes: lists on their way to the client, as a frame or as a stream of chunks, the acks they await, and the one push whose delay is measured. Called by
/// push workers; must not block.</content>
/// <remarks>
/// There is one mark for awaited acks, not one per push: the wheel looks when the marked push must have been acknowledged and marks the newest one anew. So a
/// push is judged between one and two ack times after it was made, and neither a push nor an ack costs more than a look at the mark.
/// </remarks>
internal sealed partial class ClientSession
{
    // One in so many pushes asks for an ack at once, as a sample of the latency.
    private const ulong AckSampling = 64;

    /// <summary>In place of a sequence: none is awaited, or none is measured.</summary>
    private const ulong NoPush = 0;

    /// <summary>In place of a sequence: none is awaited until the client acknowledges something.</summary>
    private const ulong GivenUp = ulong.MaxValue;

    /// <summary>In place of a sequence: a measured push is being written down.</summary>
    private const ulong Reserved = ulong.MaxValue;

    long ISubscriber.SessionId => Id;

    bool ISubscriber.TakesDeltas => _takesDeltas;

    SubscriberDescription? ISubscriber.Describe() => Status.Describe();

    PushOutcome ISubscriber.Push(Subscription subscription, ServiceSnapshot snapshot, in EncodedPush push)
    {
        if (push.Body.Length > WireLimits.MaximumStreamBytes - PushPrefix.Size)
        {
            _services.Log.ListTooLarge(snapshot.Key.ToString(), Id);
            return PushOutcome.TooLarge;
        }

        AppendOutcome outcome = TryPush(subscription, snapshot, push, out ulong sequence, out bool asksForAck);
        if (outcome != AppendOutcome.AboveHighWaterMark)
        {
            if (sequence != 0)
            {
                AwaitAck(subscription, sequence, asksForAck, snapshot.ChangedAtMicroseconds);
            }

            return outcome == AppendOutcome.Appended ? PushOutcome.Sent : PushOutcome.Closed;
        }

        MarkResync(_subscriptions!, subscription);
        if (IsReadyAfterRefusal())
        {
            // It drained between the refusal and the mark; nobody else will come back to it.
            ResyncMarked();
        }

        return PushOutcome.Resync;
    }

    /// <summary>Appends a list or a delta, in order with all others.</summary>
    /// <param name="subscription">Whose it is.</param>
    /// <param name="snapshot">The list that the client has afterwards.</param>
    /// <param name="push">The list, or what leads to it.</param>
    /// <param name="sequence">Its number on the connection; 0 = it was not appended.</param>
    /// <param name="asksForAck">It asks to be acknowledged at once.</param>
    /// <returns><see cref="AppendOutcome.AboveHighWaterMark"/> = not now.</returns>
    private AppendOutcome TryPush(Subscription subscription, ServiceSnapshot snapshot, in EncodedPush push, out ulong sequence, out bool asksForAck)
    {
        sequence = 0;
        asksForAck = false;
        if (subscription.IsStreaming)
        {
            // A small list, or a delta, would overtake the larger one that is under way.
            return AppendOutcome.AboveHighWaterMark;
        }

        byte[] body = push.Body;
        int bodyBytes = PushPrefix.Size + body.Length;
        asksForAck = push.AsksForAck || IsSampled(_connection.Outbound.LastPushSequence);
        FrameHeader header = new((uint)bodyBytes, FrameKind.Push, asksForAck ? FrameFlags.AckNow : FrameFlags.None, push.Type, subscription.Id);
        if (bodyBytes <= WireLimits.ChunkThresholdBytes || (!_takesChunks && bodyBytes <= WireLimits.MaximumBodyBytes))
        {
            return _connection.TryPush(header, snapshot.ChangedAtMicroseconds, body, out sequence);
        }

        if (!_takesChunks)
        {
            _connection.Abort(new CloseReason(CloseKind.Aborted, GoAwayReason.MissingCapability, $"a list of {bodyBytes} bytes needs the capability for chunks"));
            return AppendOutcome.Closed;
        }

        return _connection.CloseReason is null ? TryStreamPush(subscription, snapshot, header, body, out sequence) : AppendOutcome.Closed;
    }

    /// <summary>A method of its own: what its callback captures would be allocated for every small push too.</summary>
    private AppendOutcome TryStreamPush(Subscription subscription, ServiceSnapshot snapshot, in FrameHeader header, byte[] body, out ulong sequence)
    {
        // One stream of pushes at a time: what changes meanwhile is resynced when it is through.
        OutboundStreams streams = EnsureStreams();
        sequence = 0;
        if (_connection.Outbound.IsAboveHighWaterMark || _connection.Outbound.IsBudgetExceeded || streams.Open > 0)
        {
            return AppendOutcome.AboveHighWaterMark;
        }

        ulong taken = _connection.Outbound.TakePushSequence();
        Span<byte> prefix = stackalloc byte[PushPrefix.Size];
        new PushPrefix(taken, snapshot.ChangedAtMicroseconds).Write(prefix);
        subscription.IsStreaming = true;
        if (TryBeginStream(header, prefix, body, AfterStreamedPush(subscription)))
        {
            sequence = taken;
            return AppendOutcome.Appended;
        }

        subscription.IsStreaming = false;
        return AppendOutcome.AboveHighWaterMark;
    }

    private Action AfterStreamedPush(Subscription subscription) => () =>
    {
        subscription.IsStreaming = false;
        ResyncMarked();
    };

    /// <summary>Asked after a refusal. False: the marked subscriptions are resynced as soon as lists are taken again. True: they are taken already, and nobody else
    /// will come back to the one that was refused.</summary>
    private bool IsReadyAfterRefusal()
    {
        if (_connection.Outbound.IsBudgetExceeded)
        {
            // This connection may have nothing queued that could drain; others keep the node's budget used up.
            _services.BudgetRetry.ScheduleRetry(this);
            return false;
        }

        return !_connection.Outbound.IsAboveHighWaterMark && !HasOpenStreams;
    }

    /// <summary>The first push asks, and of the others every 64th; not the same one on all connections, or thousands would answer together.</summary>
    private bool IsSampled(ulong pushesBefore) => pushesBefore == 0 || (pushesBefore + (ulong)Id) % AckSampling == 0;

    /// <summary>A push was appended: its ack is awaited, and measured if it asks for one.</summary>
    private void AwaitAck(Subscription subscription, ulong sequence, bool asksForAck, long changedAtMicroseconds)
    {
        SubscriptionState state = _subscriptions!;
        subscription.PushSequence = sequence;
        if (asksForAck)
        {
            BeginSample(state, sequence, changedAtMicroseconds);
        }

        if (_services.RepeatsPushes && BeginsToWait(state, sequence, _services.Wheel.Now))
        {
            // Under the lock the wheel entry is the session's own: its end takes the lock before it gives the entry back.
            lock (state.SubscriptionLock)
            {
                // Where something shorter may be armed, leave it: whatever the wheel looks for, it looks for acks too.
                if (!state.HasEnded
                    && !IsClosing
                    && Volatile.Read(ref _probedAt) == CompactTimestamp.None
                    && Volatile.Read(ref _frameStartedAt) == CompactTimestamp.None)
                {
                    _services.Wheel.Arm(_entry, _services.Wheel.Now, _services.AckLookMilliseconds);
                }
            }
        }
    }

    /// <summary>A push was appended. True: nothing was awaited until now, and the caller arms the session's wheel entry.</summary>
    private static bool BeginsToWait(SubscriptionState state, ulong sequence, long now)
    {
        // The push first, then the look; the wheel takes its mark away first and looks for pushes then. One of the two sees the other.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref state.Awaited) != NoPush)
        {
            return false;
        }

        Volatile.Write(ref state.AwaitedSince, now);
        return Interlocked.CompareExchange(ref state.Awaited, sequence, NoPush) == NoPush;
    }

    /// <summary>A push that asks for an ack was appended: its delay is measured, unless another one's is. Push worker.</summary>
    private void BeginSample(SubscriptionState state, ulong sequence, long changedAtMicroseconds)
    {
        if (Volatile.Read(ref state.Sample) == NoPush && Interlocked.CompareExchange(ref state.Sample, Reserved, NoPush) == NoPush)
        {
            state.SampledChange = changedAtMicroseconds;
            Volatile.Write(ref state.Sample, sequence);
        }

        // A quick client acknowledges before the thread that sends comes to this line. Each side stores and then looks, so one of the two sees the other.
        Interlocked.MemoryBarrier();
        EndSample(state, Volatile.Read(ref state.Acknowledged));
    }

    /// <summary>Records the delay of the measured push when it is acknowledged, once: on the receive path, or by the push worker whose push the ack has overtaken.</summary>
    private void EndSample(SubscriptionState state, ulong acknowledged)
    {
        ulong sample = Volatile.Read(ref state.Sample);
        if (sample == NoPush || sample > acknowledged)
        {
            return;
        }

        long changedAtMicroseconds = state.SampledChange;
        if (Interlocked.CompareExchange(ref state.Sample, NoPush, sample) == sample)
        {
            _services.PushCost.Record(changedAtMicroseconds);
        }
    }
}
