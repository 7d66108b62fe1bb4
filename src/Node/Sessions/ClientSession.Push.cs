using FastRegistry.Node.Observability;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using Google.Protobuf;
using Subscription = FastRegistry.Registry.Services.Subscription;

namespace FastRegistry.Node.Sessions;

/// <content>Pushes: lists on their way to the client, as a frame or as a stream of chunks. Called by push workers; must not block.</content>
internal sealed partial class ClientSession
{
    long ISubscriber.SessionId => Id;

    bool ISubscriber.TakesDeltas => true;

    SubscriberDescription? ISubscriber.Describe() => Status.Describe();

    PushOutcome ISubscriber.Push(Subscription subscription, ServiceSnapshot snapshot, in EncodedPush push)
    {
        SubscriptionState state = _subscriptions!;
        int bodyBytes = PushPrefix.Size + push.Body.Length;
        if (bodyBytes > WireLimits.ChunkThresholdBytes)
        {
            return PushAsStream(state, subscription, snapshot, push);
        }

        if (Volatile.Read(ref state.Streaming) == subscription)
        {
            // A small list, or a delta, would overtake the larger one that is under way.
            Enqueue(state, subscription, needsStream: true);
            return PushOutcome.Resync;
        }

        bool asksForAck = AsksForAck(state);
        FrameHeader header = new((uint)bodyBytes, FrameKind.Push, asksForAck ? FrameFlags.AckNow : FrameFlags.None, push.Type, subscription.Id);
        AppendOutcome outcome = _connection.TryPush(header, snapshot.ChangedAtMicroseconds, push.Body, out ulong sequence);
        if (outcome == AppendOutcome.AboveHighWaterMark)
        {
            Enqueue(state, subscription, needsStream: false);
            return PushOutcome.Resync;
        }

        if (sequence != 0 && asksForAck)
        {
            AwaitAck(state, sequence, push.IsAnswer ? NotMeasured : snapshot.ChangedAtMicroseconds);
        }

        return outcome == AppendOutcome.Appended ? PushOutcome.Sent : PushOutcome.Closed;
    }

    /// <summary>Tells the client what has changed in the cluster; false when the output has no room now. Request worker.</summary>
    public bool TrySendNodeInfo(byte[] body)
    {
        if (!Status.IsReady)
        {
            // Its set-up reply will say so.
            return true;
        }

        FrameHeader header = new((uint)(PushPrefix.Size + body.Length), FrameKind.Push, FrameFlags.None, MessageType.NodeInfoPush, 0);
        return _connection.TryPush(header, 0, body, out _) != AppendOutcome.AboveHighWaterMark;
    }

    /// <summary>Begins to send a large list; one of a session is under way at a time.</summary>
    private PushOutcome PushAsStream(SubscriptionState state, Subscription subscription, ServiceSnapshot snapshot, in EncodedPush push)
    {
        int bodyBytes = PushPrefix.Size + push.Body.Length;
        OutboundStreams streams = EnsureStreams();
        if (!streams.Fits(bodyBytes))
        {
            return EndTooLarge(state, subscription, snapshot, bodyBytes);
        }

        bool begins;
        bool isBlocked;
        int ends;
        lock (state.SubscriptionLock)
        {
            isBlocked = state.Streaming is not null;
            begins = !isBlocked && HasRoom && !state.HasEnded;
            state.IsStreamBlocked |= isBlocked;
            state.Streaming = begins ? subscription : state.Streaming;
            ends = state.StreamEnds;
        }

        if (begins && TryBeginPush(state, subscription, snapshot, push))
        {
            // Whoever unsubscribes ends the subscription first and then its stream; this thread begins the stream first and then looks. One of the two sees the other.
            if (!subscription.IsActive)
            {
                CancelStream(FrameKind.Push, subscription.Id, StreamResetCode.Unsubscribed);
            }

            return PushOutcome.Sent;
        }

        if (_connection.CloseReason is not null)
        {
            return PushOutcome.Closed;
        }

        if (begins)
        {
            isBlocked = true;
            lock (state.SubscriptionLock)
            {
                state.Streaming = null;

                // One that has ended since may have been what was in the way.
                state.IsStreamBlocked = state.StreamEnds == ends;
            }
        }

        Enqueue(state, subscription, needsStream: isBlocked);
        return PushOutcome.Resync;
    }

    private bool TryBeginPush(SubscriptionState state, Subscription subscription, ServiceSnapshot snapshot, in EncodedPush push)
    {
        bool asksForAck = AsksForAck(state);
        long measured = push.IsAnswer ? NotMeasured : snapshot.ChangedAtMicroseconds;
        Span<byte> prefix = stackalloc byte[PushPrefix.Size];
        new PushPrefix(snapshot.ChangedAtMicroseconds).Write(prefix);
        FrameHeader header = new(0, FrameKind.Push, asksForAck ? FrameFlags.AckNow : FrameFlags.None, push.Type, subscription.Id);
        return TryBeginStream(header, prefix, push.Body, sequence =>
        {
            if (sequence == 0)
            {
                subscription.NotDelivered();
            }
            else if (asksForAck)
            {
                AwaitAck(state, sequence, measured);
            }

            lock (state.SubscriptionLock)
            {
                state.Streaming = state.Streaming == subscription ? null : state.Streaming;
            }
        });
    }

    /// <summary>No stream can carry the list to this client: the subscription ends with an error, the connection lives on.</summary>
    private PushOutcome EndTooLarge(SubscriptionState state, Subscription subscription, ServiceSnapshot snapshot, int bodyBytes)
    {
        RequestError error = new(ErrorCode.LimitExceeded, "", $"the list has {bodyBytes} bytes, more than the client's limit stream_bytes allows ({_profile.Streams.Bytes})");
        byte[] body = new SubscriptionEnded { Error = error.ToReply() }.ToByteArray();
        FrameHeader header = new((uint)(PushPrefix.Size + body.Length), FrameKind.Push, FrameFlags.None, MessageType.EndedPush, subscription.Id);
        if (_connection.TryPush(header, 0, body, out _) == AppendOutcome.AboveHighWaterMark)
        {
            Enqueue(state, subscription, needsStream: false);
            return PushOutcome.Resync;
        }

        EndSubscription(state, subscription);
        CancelStream(FrameKind.Push, subscription.Id, StreamResetCode.Unsubscribed);
        _services.Log.ListTooLarge(snapshot.Key.ToString(), Id);
        return PushOutcome.TooLarge;
    }
}
