using System.Buffers;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Client.Tests;

/// <summary>The scripted server's end of one connection: records every frame and does what the test says.</summary>
internal sealed class ServerEnd(Connection connection, ScriptedServer server) : IConnectionHandler
{
    private readonly OutboundStreams _streams = new(connection, StreamLimits.Default);
    private bool _sawPreface;
    private long _pushes;

    public volatile bool IsClosed;

    /// <summary>Whether streams go on when the client gives credit.</summary>
    public volatile bool GivesWay = true;

    public CloseReason? ClosedFor { get; private set; }

    /// <summary>Pushes that were sent to their end.</summary>
    public ulong Pushes => (ulong)Volatile.Read(ref _pushes);

    /// <summary>Streams that were not sent to their end.</summary>
    public int OpenStreams => _streams.Open;

    public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        ReadOnlySequence<byte> rest = received;
        if (!_sawPreface)
        {
            if (Preface.Check(rest) != PrefaceStatus.Accepted)
            {
                return new ReceiveResult(received.Start, received.End);
            }

            _sawPreface = true;
            rest = rest.Slice(Preface.Size);
        }

        while (FrameReader.TryRead(ref rest, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
        {
            ReceivedFrame copy = new(frame.Header, frame.Body.ToArray()) { On = this };
            if (copy.Kind == FrameKind.Credit)
            {
                if (GivesWay)
                {
                    _streams.AddCredit(CreditBody.Read(copy.Body));
                }
            }
            else if (copy.Kind == FrameKind.StreamReset)
            {
                _streams.Reset(StreamResetBody.Read(copy.Body));
            }

            server.Handle(copy);
        }

        return new ReceiveResult(rest.Start, received.End);
    }

    public void OnDrained() => _streams.Pump();

    public void OnClosed(CloseReason reason)
    {
        ClosedFor = reason;
        IsClosed = true;
    }

    public void Reply(ReceivedFrame request, IMessage message) => Send(
        FrameKind.Response, message is ErrorReply ? FrameFlags.Error : FrameFlags.None, request.Type, request.Header.CorrelationId, message);

    public void ReplyInChunks(ReceivedFrame request, IMessage message) => _streams.TryBegin(
        new FrameHeader(0, FrameKind.Response, FrameFlags.None, request.Type, request.Header.CorrelationId), [], message.ToByteArray(), onEnded: null);

    public void Push(ulong subscriptionId, Snapshot snapshot, bool ackNow = false) => Push(subscriptionId, MessageType.SnapshotPush, snapshot, ackNow);

    public void PushDelta(ulong subscriptionId, SnapshotDelta delta) => Push(subscriptionId, MessageType.DeltaPush, delta);

    public void PushUnchanged(ulong subscriptionId, SnapshotUnchanged unchanged) => Push(subscriptionId, MessageType.UnchangedPush, unchanged);

    public void PushEnded(ulong subscriptionId, ErrorReply error) => Push(subscriptionId, MessageType.EndedPush, new SubscriptionEnded { Error = error });

    public void PushNodeInfo(NodeInfo info) => Push(0, MessageType.NodeInfoPush, info);

    public void Push(ulong subscriptionId, MessageType type, IMessage pushed, bool ackNow = false)
    {
        byte[] message = pushed.ToByteArray();
        byte[] prefix = new byte[PushPrefix.Size];
        new PushPrefix(0).Write(prefix);
        FrameFlags flags = ackNow ? FrameFlags.AckNow : FrameFlags.None;
        if (message.Length > WireLimits.ChunkThresholdBytes)
        {
            _streams.TryBegin(new FrameHeader(0, FrameKind.Push, flags, type, subscriptionId), prefix, message, Count);
        }
        else
        {
            uint length = (uint)(prefix.Length + message.Length);
            Count(1);
            connection.Send(new FrameHeader(length, FrameKind.Push, flags, type, subscriptionId), prefix, message);
        }

        // 0: the stream was given up before its end.
        void Count(ulong sequence)
        {
            if (sequence > 0)
            {
                Interlocked.Increment(ref _pushes);
            }
        }
    }

    public void AddCredit(uint streamId, uint bytes) => _streams.AddCredit(new CreditBody(streamId, bytes));

    /// <summary>Gives a stream up that is being sent.</summary>
    public bool GiveUp(FrameKind kind, ulong correlationId) => _streams.Cancel(kind, correlationId, StreamResetCode.Internal);

    public void GoAway(GoAwayReason reason, params string[] addresses)
    {
        GoAway goAway = new() { Reason = (uint)reason, Text = "scripted" };
        goAway.Addresses.AddRange(addresses);
        Send(FrameKind.GoAway, FrameFlags.None, MessageType.None, 0, goAway);
    }

    public void Probe(ulong token)
    {
        byte[] body = new byte[UInt64Body.Size];
        new UInt64Body(token).Write(body);
        connection.Send(new FrameHeader(UInt64Body.Size, FrameKind.Probe, FrameFlags.None, MessageType.None, 0), body);
    }

    public void Pong(ulong token)
    {
        byte[] body = new byte[UInt64Body.Size];
        new UInt64Body(token).Write(body);
        connection.Send(new FrameHeader(UInt64Body.Size, FrameKind.Pong, FrameFlags.None, MessageType.None, 0), body);
    }

    public void SendRaw(FrameHeader header, byte[] body) => connection.Send(header, body);

    public void Close() => connection.Abort(CloseReason.Aborted);

    private void Send(FrameKind kind, FrameFlags flags, MessageType type, ulong correlationId, IMessage message)
    {
        byte[] body = message.ToByteArray();
        connection.Send(new FrameHeader((uint)body.Length, kind, flags, type, correlationId), body);
    }
}
