using System.Buffers;
using System.Net;
using FastRegistry.Server.Control;
using FastRegistry.Server.Events;
using FastRegistry.Server.Limits;
using FastRegistry.Server.Naming;
using FastRegistry.Server.Registry;
using FastRegistry.Server.Registry.Selection;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Server.Sessions;

/// <summary>Protocol state of one client connection, from its first byte to its release.</summary>
/// <remarks>
/// Made by <see cref="SessionAcceptor"/>. The receive path (<see cref="OnReceived"/>, <see cref="OnClosed"/>) is entered by one thread at a time; deadlines come
/// from the wheel's thread, pushes from push workers, answers of long requests from request workers, and <see cref="Close"/> from anyone. What those share is in
/// types of its own: the outbound chain, <see cref="SessionDeadlines"/>, <see cref="SessionSubscriptions"/>, <see cref="SessionOutput"/>.
/// </remarks>
internal sealed class ClientSession : IConnectionHandler, IDeadlineOwner, INamingCaller
{
    // A started frame up to this size is always waited for; larger ones only while the node has memory for them.
    private const int FrameBytesAlwaysTaken = 64 * 1024;

    private readonly Connection _connection;
    private readonly SessionOutput _output;

    private int _entry;
    private SessionDeadlines _deadlines;
    private SessionStage _stage;
    private UInt128 _instanceId;
    private RegistryClient? _client;
    private ClientProfile _profile = ClientProfile.Unknown;
    private SessionSubscriptions? _subscriptions;
    private RequestsInWork? _inWork;
    private ulong _acknowledgedPush;

    public ClientSession(SessionServices services, Connection connection, AddressConnections? address, long id)
    {
        Services = services;
        Id = id;
        Address = address;
        _connection = connection;
        _output = new SessionOutput(connection, this);
    }

    public SessionServices Services { get; }

    /// <summary>Counts the sessions of this node's life.</summary>
    public long Id { get; }

    /// <summary>Place in the table of sessions, which sets it.</summary>
    public int Slot { get; set; }

    /// <summary>Who publishes through this session. Only after set-up.</summary>
    public RegistryClient Client => _client ?? throw new InvalidOperationException("the session is not set up");

    /// <summary>Used where a request leaves its namespace empty.</summary>
    public string DefaultNamespace => _profile.DefaultNamespace;

    public byte[] DefaultNamespaceUtf8 => _profile.DefaultNamespaceUtf8;

    public string? RemoteAddress => _output.RemoteAddress;

    /// <summary>What the client said about itself. Any thread; until the set-up <see cref="ClientProfile.Unknown"/>.</summary>
    public ClientProfile Profile => Volatile.Read(ref _profile);

    /// <summary>Where its connection is counted; null without a socket address.</summary>
    public AddressConnections? Address { get; }

    /// <summary>Null when the connection has none, or none any more.</summary>
    public IPEndPoint? RemoteEndPoint => _connection.RemoteEndPoint as IPEndPoint;

    /// <summary>The set-up is done. Any thread.</summary>
    public bool IsReady => Volatile.Read(ref _client) is not null;

    /// <summary>It was told to leave, or is being closed. Any thread.</summary>
    public bool IsLeaving => _deadlines.IsClosing || _connection.CloseReason is not null;

    /// <summary>Its output has passed the mark and pushes wait. Any thread.</summary>
    public bool IsBehind => _connection.Outbound.IsBehind;

    /// <summary>Wheel time of its begin.</summary>
    public long OpenedAt => _deadlines.OpenedAt;

    /// <summary>Wheel time of its last byte. Any thread.</summary>
    public long LastReceived => _deadlines.LastReceived;

    /// <summary>Any thread.</summary>
    public int Publications => Volatile.Read(ref _client)?.PublicationCount ?? 0;

    /// <summary>Any thread.</summary>
    public int Subscriptions => Volatile.Read(ref _subscriptions)?.Count ?? 0;

    /// <summary>How operators name it.</summary>
    public ConnectionId ConnectionId => new(Services.Registry.Epoch.Incarnation, Slot, Id);

    /// <summary>Who speaks through it; null before the set-up. Any thread.</summary>
    public RegistryClient? FindClient() => Volatile.Read(ref _client);

    /// <summary>The subscriptions of this moment, for operators. Any thread.</summary>
    public Subscription[] CopySubscriptions() => Volatile.Read(ref _subscriptions)?.ToArray() ?? [];

    /// <summary>Who it is as a subscriber. Any thread.</summary>
    public SubscriberDescription Describe()
    {
        ClientProfile profile = Profile;
        string agent = profile.Name.Length > 0 ? $"{profile.Name}:v{profile.Version}" : profile.Version;
        return new SubscriberDescription(ConnectionId.ToString(), RemoteAddress ?? "", RemoteEndPoint?.Port ?? 0, agent, profile.Application);
    }

    /// <summary>Highest push sequence the client has confirmed.</summary>
    public ulong AcknowledgedPush => Volatile.Read(ref _acknowledgedPush);

    private long OutputRoom => _connection.Outbound.BehindBytes - _connection.Outbound.QueuedBytes;

    /// <summary>The handshake deadline begins. Once, before the first byte.</summary>
    public void Open()
    {
        _entry = Services.Wheel.Allocate(this);
        _deadlines.Open(Services.Wheel, _entry, Services.Options.Deadlines, Services.Wheel.Now);
    }

    public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        ReadOnlySequence<byte> buffer = received;
        long now = Services.Wheel.Now;
        if (_stage == SessionStage.Preface)
        {
            PrefaceStatus preface = Preface.Check(buffer);
            if (preface != PrefaceStatus.Accepted)
            {
                return preface == PrefaceStatus.Incomplete
                    ? new ReceiveResult(received.Start, received.End)
                    : EndWith(received, SessionGoAway.Write(replies, preface), now);
            }

            buffer = buffer.Slice(Preface.Size);
            _stage = SessionStage.Setup;
        }

        long room = OutputRoom;
        int frames = 0;
        while (true)
        {
            if (replies.Bytes > room)
            {
                // The rest waits until the peer has read its answers. Whether it holds a started frame is seen then.
                _deadlines.Received(Services.Wheel, _entry, Services.Options.Deadlines, now, frames > 0, partialFrame: false, outputWaits: true);
                Services.Metrics.CountFrames(frames);
                return new ReceiveResult(buffer.Start, buffer.Start);
            }

            int maximumBody = _stage == SessionStage.Ready ? WireLimits.MaximumBodyBytes : WireLimits.MaximumSetupBodyBytes;
            FrameReadStatus status = FrameReader.TryRead(ref buffer, maximumBody, out Frame frame, out GoAwayReason refusal);
            if (status == FrameReadStatus.Incomplete)
            {
                break;
            }

            frames++;
            CloseReason? close = status == FrameReadStatus.Refused
                ? SessionGoAway.Write(replies, refusal, SessionGoAway.TextOf(refusal, maximumBody))
                : Take(frame, replies, now);
            if (close is not null)
            {
                Services.Metrics.CountFrames(frames);
                return EndWith(received, close, now);
            }

            if (frame.Header.Type == MessageType.Subscribe)
            {
                // It may have sent the batch up to here.
                room = OutputRoom;
            }
        }

        if (buffer.Length > FrameBytesAlwaysTaken && _connection.IsMemoryShort)
        {
            return EndWith(received, SessionGoAway.Write(replies, GoAwayReason.LimitExceeded, "the memory for frames that are not complete is used up"), now);
        }

        bool outputWaits = _connection.Outbound.QueuedBytes > 0 || _output.HasOpenStreams;
        _deadlines.Received(Services.Wheel, _entry, Services.Options.Deadlines, now, frames > 0, !buffer.IsEmpty, outputWaits);
        Services.Metrics.CountFrames(frames);
        return new ReceiveResult(buffer.Start, received.End);
    }

    public void OnDrained()
    {
        _output.Drained();
        ResyncMarked();
    }

    public void OnStalled() => _deadlines.Stalled(Services.Wheel.Now, _connection.Outbound.SentBytes);

    /// <summary>The streams have gone as far as they may for now.</summary>
    /// <param name="sentBytes">Bytes of streams sent so far.</param>
    /// <param name="restart">A stream is about to begin.</param>
    public void NoteStreams(long sentBytes, bool restart) => _deadlines.StreamsStalled(Services.Wheel.Now, sentBytes, restart);

    public void OnClosed(CloseReason reason)
    {
        Services.Limits.Leave(Address);
        Services.Sessions.Remove(Slot);
        Services.Events.Publish(new ConnectionClosed(Id, reason));
        _subscriptions?.RemoveAll();
        if (_client is not null)
        {
            Services.Clients.Detach(_instanceId, _client, this, reason);
            Services.Limits.LeaveApplication(_profile.Application);
            Services.Profiles.Return(_profile);
        }

        // After it was detached: from then on no other session arms the entry.
        Services.Wheel.Release(_entry);

        Services.Metrics.CountClosed(reason);
        if (reason.Fault is not null)
        {
            Services.Log.SessionFault(reason.Fault, Id);
        }
        else
        {
            Services.Log.SessionClosed(Id, reason);
        }
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        SessionDeadlines.Verdict verdict =
            _deadlines.Evaluate(Services.Wheel, Services.Options.Deadlines, _connection.Outbound, _output.StreamProgress, now, out Deadline next);
        switch (verdict)
        {
            case SessionDeadlines.Verdict.Wait:
                return next;
            case SessionDeadlines.Verdict.Probe:
                _output.SendProbe(now);
                return next;
            case SessionDeadlines.Verdict.HandshakeOver:
                Close(GoAwayReason.SetupTimeout, "preface and set-up did not come in time");
                break;
            case SessionDeadlines.Verdict.FrameOver:
                Close(GoAwayReason.FrameTimeout, "a frame was started and not finished in time");
                break;
            case SessionDeadlines.Verdict.ProbeOver:
                Close(GoAwayReason.IdleTimeout, "nothing was heard and a probe was not answered");
                break;
            case SessionDeadlines.Verdict.SlowConsumer:
                // It reads nothing, so a goaway would never arrive.
                _connection.Abort(new CloseReason(CloseKind.Aborted, GoAwayReason.SlowConsumer, "nothing of what waits was read"));
                return Deadline.None;
            default:
                // A session that ends by itself has its reason; this one is for who was asked to move.
                _connection.Abort(CloseReason.Sent(GoAwayReason.Move, "it was told to leave and stayed"));
                return Deadline.None;
        }

        return Deadline.After(now, (int)Services.Options.Deadlines.Linger.TotalMilliseconds);
    }

    /// <summary>The linger deadline begins. Called with the client's gate held, while this session still speaks for the client: its wheel entry is its own.</summary>
    public void BeginSupersededHoldingGate() => _deadlines.Closing(Services.Wheel, _entry, Services.Options.Deadlines, Services.Wheel.Now);

    /// <summary>Says goaway and closes when it has been sent; follows <see cref="BeginSupersededHoldingGate"/>, on the thread of the newer session.</summary>
    public void EndSuperseded() => SendLastGoAway(GoAwayReason.Superseded, "the same client instance id has connected again");

    /// <summary>Tells the client to leave and goes on serving it until it does or <see cref="Abort"/> comes.</summary>
    public void AskToLeave(GoAwayReason reason, string text) => _output.SendGoAway(reason, text);

    /// <summary>Tells the client to go elsewhere, goes on serving it, and closes after the linger time if it has not left. Any thread.</summary>
    /// <returns>False when it is not set up, or leaving already.</returns>
    public bool TryAskToMove(GoAwayReason reason, string text, IReadOnlyList<string> addresses)
    {
        if (Volatile.Read(ref _client) is not { } client)
        {
            return false;
        }

        lock (client.ClientGate)
        {
            // While it speaks for the client, its wheel entry is its own.
            if (client.Session != this || IsLeaving)
            {
                return false;
            }

            _deadlines.Closing(Services.Wheel, _entry, Services.Options.Deadlines, Services.Wheel.Now);
        }

        _output.SendGoAway(reason, text, addresses);
        return true;
    }

    public void Abort(CloseReason reason) => _connection.Abort(reason);

    public RequestError? Subscribe(ulong id, ServiceKey key, InstanceFilter filter, int maximum)
    {
        if (_subscriptions is null)
        {
            Volatile.Write(ref _subscriptions, new SessionSubscriptions(Services, _output, Id));
        }

        return _subscriptions.Add(id, key, filter, maximum);
    }

    public bool Unsubscribe(ulong id) => _subscriptions?.Remove(id) ?? false;

    public Subscription? FindSubscription(ulong id) => _subscriptions?.Find(id);

    /// <summary>Has the newest list pushed for every subscription that missed one. Any thread.</summary>
    public void ResyncMarked() => _subscriptions?.ResyncMarked();

    /// <summary>Sends what a worker has made of a request.</summary>
    public void Answer(QueuedRequest request, in NamingAnswer answer)
    {
        _inWork!.Remove(request);
        BatchWriter batch = _connection.RentBatch();
        AnswerAtOnce(batch, request.Type, request.CorrelationId, answer);
        _connection.ReturnBatch(batch);
    }

    private void AnswerAtOnce(BatchWriter batch, MessageType type, ulong correlationId, in NamingAnswer answer)
    {
        bool whole = _output.Write(batch, type, correlationId, answer);
        _connection.SendBatch(batch);
        if (whole)
        {
            answer.FirstOf?.AnswerWritten(answer.Revision);
        }
    }

    /// <summary>On the wheel's thread: its entry cannot go to another owner meanwhile.</summary>
    private void Close(GoAwayReason reason, string text)
    {
        SendLastGoAway(reason, text);
        _deadlines.Closing(Services.Wheel, _entry, Services.Options.Deadlines, Services.Wheel.Now);
    }

    private void SendLastGoAway(GoAwayReason reason, string text)
    {
        _output.SendGoAway(reason, text);
        _connection.CloseAfterSending(CloseReason.Sent(reason, text));
    }

    /// <summary>Handles one frame; a reason ends the session.</summary>
    private CloseReason? Take(in Frame frame, BatchWriter replies, long now)
    {
        if (frame.Acknowledged != 0)
        {
            Acknowledge(frame.Acknowledged);
        }

        FrameKind kind = frame.Header.Kind;
        if (_stage == SessionStage.Setup && kind is not FrameKind.GoAway)
        {
            return frame.Header is { Kind: FrameKind.Request, Type: MessageType.Setup }
                ? SetUp(frame, replies, now)
                : SessionGoAway.Write(replies, GoAwayReason.SetupRequired, "the first frame must be the set-up request");
        }

        switch (kind)
        {
            case FrameKind.Request:
                return TakeRequest(frame, replies);
            case FrameKind.Ping:
                PingBody ping = FixedBodies.Ping(frame.Body);
                Acknowledge(ping.AcknowledgedPush);

                // A rule of this point only monitors: a ping is always answered.
                Services.RateLimits.Count(ControlPoint.HealthCheck);
                replies.WritePong(new PongBody(ping.Token));
                return null;
            case FrameKind.Probe:
                replies.WritePong(new PongBody(FixedBodies.Probe(frame.Body).Token));
                return null;
            case FrameKind.Pong:
                return null;
            case FrameKind.Ack:
                Acknowledge(FixedBodies.Ack(frame.Body).Sequence);
                return null;
            case FrameKind.Credit:
                _output.AddCredit(FixedBodies.Credit(frame.Body));
                return null;
            case FrameKind.Cancel:
                _inWork?.Cancel(frame.Header.CorrelationId);
                return null;
            case FrameKind.GoAway:
                return CloseReason.Received(GoAwayReason.ClientClosing, "the client is leaving");
            default:
                return (frame.Header.Flags & FrameFlags.Skippable) != 0
                    ? null
                    : SessionGoAway.Write(replies, GoAwayReason.ProtocolViolation, $"a client does not send {kind} frames");
        }
    }

    private CloseReason? SetUp(in Frame frame, BatchWriter replies, long now)
    {
        SetupOutcome outcome = SessionSetup.Check(frame.Body, Services, out SetupRequest? request, out SetupReply? reply, out RequestError? error);
        ulong correlationId = frame.Header.CorrelationId;
        if (outcome == SetupOutcome.MissingCapability)
        {
            return SessionGoAway.Write(replies, GoAwayReason.MissingCapability, error!.Text);
        }

        if (outcome == SetupOutcome.Refused)
        {
            // The client may correct itself until the handshake deadline.
            replies.WriteMessage(FrameKind.Response, FrameFlags.Error, MessageType.Setup, correlationId, error!.ToReply());
            return null;
        }

        UInt128 instanceId = SessionSetup.InstanceIdOf(request!);
        ClientProfile profile = ClientProfile.Of(request!);
        bool returning = Services.Clients.Find(instanceId) is { } former && former.Profile.Application == profile.Application;
        if (!Services.Limits.TryEnterApplication(profile.Application, returning, out LimitRule broken))
        {
            Services.Metrics.CountRefused(LimitKind.Application);
            return SessionGoAway.Write(replies, GoAwayReason.LimitExceeded, broken.Text, Services.Limits.RedirectAddresses);
        }

        _output.ChunksAllowed = (reply!.Capabilities & (ulong)Capabilities.Chunks) != 0;
        _output.TakesDeltas = (reply.Capabilities & (ulong)Capabilities.Deltas) != 0;
        _instanceId = instanceId;
        Volatile.Write(ref _profile, Services.Profiles.Take(profile));
        Volatile.Write(ref _client, Services.Clients.Attach(_instanceId, this, out ClientSession? superseded, request!.ClientName, request.ClientVersion));
        _stage = SessionStage.Ready;
        _deadlines.Ready(Services.Wheel, _entry, Services.Options.Deadlines, now);
        replies.WriteMessage(FrameKind.Response, FrameFlags.None, MessageType.Setup, correlationId, reply);
        superseded?.EndSuperseded();
        Services.Log.SessionReady(Id, profile.Name, profile.Version);
        return null;
    }

    private CloseReason? TakeRequest(in Frame frame, BatchWriter replies)
    {
        MessageType type = frame.Header.Type;
        ulong correlationId = frame.Header.CorrelationId;
        if (type == MessageType.Setup)
        {
            return SessionGoAway.Write(replies, GoAwayReason.ProtocolViolation, "the set-up was done already");
        }

        if (_inWork is not null && _inWork.Contains(correlationId))
        {
            _output.Write(replies, type, correlationId, NamingAnswer.Of(RequestError.DuplicateCorrelation));
            return null;
        }

        if (!Services.Naming.TryRunNow(this, type, frame.Body, out NamingAnswer answer, out Google.Protobuf.IMessage? message))
        {
            _inWork ??= new RequestsInWork(Services);
            if (_inWork.TryQueue(new QueuedRequest(this, type, correlationId, message)))
            {
                return null;
            }

            if (message is SubscribeRequest subscribe)
            {
                _subscriptions!.RemoveUnanswered(subscribe.SubscriptionId);
            }

            answer = NamingAnswer.Of(RequestError.Overloaded);
        }

        if (answer.FirstOf is not null && _output.TakesDeltas)
        {
            // Not at the end of the batch: a delta on this list must not overtake it.
            AnswerAtOnce(replies, type, correlationId, answer);
            return null;
        }

        _output.Write(replies, type, correlationId, answer);
        return null;
    }

    private void Acknowledge(ulong sequence)
    {
        // A number that was never given out acknowledges nothing.
        if (sequence > _acknowledgedPush && sequence <= _connection.Outbound.LastPushSequence)
        {
            Volatile.Write(ref _acknowledgedPush, sequence);
        }
    }

    private ReceiveResult EndWith(in ReadOnlySequence<byte> received, CloseReason reason, long now)
    {
        _stage = SessionStage.Closing;
        _deadlines.Closing(Services.Wheel, _entry, Services.Options.Deadlines, now);
        return new ReceiveResult(received.End, received.End, reason);
    }
}
