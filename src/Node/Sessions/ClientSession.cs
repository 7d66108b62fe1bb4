using System.Buffers;
using FastRegistry.Node.Limits;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Requests;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Selection;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <summary>Protocol state of one client connection, from its first byte to its release.</summary>
/// <remarks>
/// Made by <see cref="SessionAcceptor"/>. The receive path (<see cref="OnReceived"/>, <see cref="OnClosed"/>) is entered by one thread at a time; deadlines come
/// from the wheel's thread, pushes from push workers, answers of long requests from request workers, and an end from anyone. What those share is in types of its
/// own: the outbound chain, <see cref="SessionDeadlines"/>, <see cref="SessionSubscriptions"/>, <see cref="SessionOutput"/>. What is done with a session is in static
/// types beside it, which cost nothing per session: <see cref="SessionFrames"/>, <see cref="SessionHandshake"/>, <see cref="SessionRequests"/>,
/// <see cref="SessionEnding"/>. There may be very many, nearly all of them idle: what most of them never need is made when it is needed (docs/adr/0012).
/// </remarks>
internal sealed class ClientSession : IConnectionHandler, IDeadlineOwner, INamingCaller, IPushOutput
{
    // A started frame up to this size is always waited for; larger ones only while the node has memory for them.
    private const int FrameBytesAlwaysTaken = 64 * 1024;

    private int _entry;
    private SessionDeadlines _deadlines;
    private SessionStage _stage;
    private RegistryClient? _client;
    private ClientProfile _profile = ClientProfile.Unknown;
    private SessionSubscriptions? _subscriptions;
    private OutboundStreams? _streams;

    public ClientSession(SessionServices services, Connection connection, AddressConnections? address, long id)
    {
        Services = services;
        Id = id;
        Address = address;
        Connection = connection;
    }

    public SessionServices Services { get; }

    public Connection Connection { get; }

    /// <summary>How it says things. Any thread.</summary>
    public SessionOutput Output => new(this);

    /// <summary>Counts the sessions of this node's life.</summary>
    public long Id { get; }

    /// <summary>Place in the table of sessions, which sets it.</summary>
    public int Slot { get; set; }

    /// <summary>Who publishes through this session. Only after set-up.</summary>
    public RegistryClient Client => _client ?? throw new InvalidOperationException("the session is not set up");

    /// <summary>Null until the set-up is done. Any thread.</summary>
    public RegistryClient? ClientOrNull => Volatile.Read(ref _client);

    /// <summary>Used where a request leaves its namespace empty.</summary>
    public string DefaultNamespace => _profile.DefaultNamespace;

    public byte[] DefaultNamespaceUtf8 => _profile.DefaultNamespaceUtf8;

    public string? RemoteAddress => Output.RemoteAddress;

    /// <summary>What the client said about itself. Any thread; until the set-up <see cref="ClientProfile.Unknown"/>.</summary>
    public ClientProfile Profile => Volatile.Read(ref _profile);

    /// <summary>Where its connection is counted; null without a socket address.</summary>
    public AddressConnections? Address { get; }

    /// <summary>What others than the session itself may know. Any thread.</summary>
    public SessionStatus Status => new(this);

    /// <summary>Null until the first one. Any thread.</summary>
    public SessionSubscriptions? Subscriptions => Volatile.Read(ref _subscriptions);

    /// <summary>Highest push sequence the client has confirmed.</summary>
    public ulong AcknowledgedPush => Subscriptions?.AcknowledgedPush ?? 0;

    /// <summary>The client puts chunks together. Set with the set-up.</summary>
    public bool ChunksAllowed { get; internal set; }

    /// <summary>The client understands deltas. Set with the set-up.</summary>
    public bool TakesDeltas { get; internal set; }

    /// <summary>Requests that workers have; null until the first one. Receive path.</summary>
    internal RequestsInWork? InWork { get; set; }

    internal SessionStage Stage => _stage;

    internal ref SessionDeadlines Deadlines => ref _deadlines;

    /// <summary>Large messages on their way out; null until the first one. Any thread.</summary>
    internal OutboundStreams? Streams => Volatile.Read(ref _streams);

    private long OutputRoom => Connection.Outbound.HighWaterMarkBytes - Connection.Outbound.QueuedBytes;

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
        bool isSample = Services.Metrics.IsSample;
        while (true)
        {
            if (replies.Bytes > room)
            {
                // The rest waits until the peer has read its answers. Whether it holds a started frame is seen then.
                _deadlines.Received(Services.Wheel, _entry, Services.Options.Deadlines, now, frames > 0, partialFrame: false, isWatched: true);
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
                : SessionFrames.Take(this, frame, replies, now, isSample);
            isSample = false;
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

        if (buffer.Length > FrameBytesAlwaysTaken && Connection.IsMemoryShort)
        {
            return EndWith(received, SessionGoAway.Write(replies, GoAwayReason.LimitExceeded, "the memory for frames that are not complete is used up"), now);
        }

        bool isWatched = Connection.Outbound.QueuedBytes > 0 || Output.HasOpenStreams || _subscriptions is { AwaitsAck: true };
        _deadlines.Received(Services.Wheel, _entry, Services.Options.Deadlines, now, frames > 0, !buffer.IsEmpty, isWatched);
        Services.Metrics.CountFrames(frames);
        return new ReceiveResult(buffer.Start, received.End);
    }

    public void OnDrained()
    {
        Output.Drained();
        ResyncMarked();
    }

    public void OnStalled() => _deadlines.Stalled(Services.Wheel.Now, Connection.Outbound.SentBytes);

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
            Services.Clients.Detach(_client, this, reason);
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

    /// <summary>The session does not speak for its client any more, though the connection is not closed yet. Any thread.</summary>
    public void ReleaseClient(CloseReason reason)
    {
        if (ClientOrNull is { } client)
        {
            Services.Clients.Detach(client, this, reason);
        }
    }

    SubscriberDescription? IPushOutput.Describe() => Status.Describe();

    PushReceipt IPushOutput.TryPush(Subscription subscription, ServiceSnapshot snapshot, in EncodedPush push) => Output.TryPush(subscription, snapshot, push);

    bool IPushOutput.IsReadyAfterRefusal() => Output.IsReadyAfterRefusal();

    Deadline IDeadlineOwner.OnDeadline(int entry, long now) => SessionEnding.OnDeadline(this, now);

    /// <summary>The linger deadline begins. The wheel entry must be the session's own: on the wheel's thread, on the receive path, or with the client's gate
    /// held while this session still speaks for the client.</summary>
    public void BeginClosing() => _deadlines.Closing(Services.Wheel, _entry, Services.Options.Deadlines, Services.Wheel.Now);

    /// <summary>A push waits for its ack. Any thread, before <see cref="OnClosed"/> has ended the subscriptions.</summary>
    public void AwaitAck() => _deadlines.AwaitAck(Services.Wheel, _entry, Services.Options.Deadlines, Services.Options.Push.AckDeadline, Services.Wheel.Now);

    public void Abort(CloseReason reason) => Connection.Abort(reason);

    public RequestError? Subscribe(ulong id, ServiceKey key, InstanceFilter filter, int maximum)
    {
        if (_subscriptions is null)
        {
            Volatile.Write(ref _subscriptions, new SessionSubscriptions(Services, this, Id));
        }

        return _subscriptions.Add(id, key, filter, maximum);
    }

    public bool Unsubscribe(ulong id) => _subscriptions?.Remove(id) ?? false;

    public Subscription? FindSubscription(ulong id) => _subscriptions?.Find(id);

    /// <summary>Has the newest list pushed for every subscription that missed one. Any thread.</summary>
    public void ResyncMarked() => _subscriptions?.ResyncMarked();

    /// <summary>The set-up was accepted. Receive path.</summary>
    /// <returns>The session that spoke for the client until now; the caller ends it.</returns>
    internal ClientSession? BeginServing(UInt128 instanceId, ClientProfile profile, long now)
    {
        Volatile.Write(ref _profile, profile);
        Volatile.Write(ref _client, Services.Clients.Attach(instanceId, this, out ClientSession? superseded, profile.Name, profile.Version));
        _stage = SessionStage.Ready;
        _deadlines.Ready(Services.Wheel, _entry, Services.Options.Deadlines, now);
        return superseded;
    }

    /// <summary>Everything up to this push has arrived. Receive path.</summary>
    internal void Acknowledge(ulong sequence)
    {
        // A number that was never given out acknowledges nothing.
        if (sequence != 0 && sequence <= Connection.Outbound.LastPushSequence)
        {
            _subscriptions?.Acknowledge(sequence);
        }
    }

    /// <summary>What carries large messages; made when the first one goes out. Any thread.</summary>
    internal OutboundStreams EnsureStreams()
    {
        OutboundStreams? streams = Volatile.Read(ref _streams);
        if (streams is null)
        {
            streams = new OutboundStreams(Connection);
            streams = Interlocked.CompareExchange(ref _streams, streams, null) ?? streams;
        }

        return streams;
    }

    private ReceiveResult EndWith(in ReadOnlySequence<byte> received, CloseReason reason, long now)
    {
        _stage = SessionStage.Closing;
        _deadlines.Closing(Services.Wheel, _entry, Services.Options.Deadlines, now);
        return new ReceiveResult(received.End, received.End, reason);
    }
}
