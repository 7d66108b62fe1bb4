using System.Net;
using FastRegistry.Node.Limits;
using FastRegistry.Node.Requests;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <summary>The protocol state of one client connection, from its first byte to its release.</summary>
/// <remarks>
/// <para>
/// What it does: checks preface and set-up, answers pings and requests (short ones at once, the others through request workers), takes pushes for its
/// subscriptions one at a time while the output has room, sends large messages as streams of chunks, and ends the connection by its deadlines. Others ask it to move or to leave
/// (<see cref="TryAskToMove"/>, <see cref="AskToLeave"/>, <see cref="Abort"/>) and read its <see cref="Status"/>.
/// </para>
/// <para>
/// Parts: Receive (bytes, frames, quick requests, activity), Setup, Requests (those of workers), Subscriptions, Push, Acks, Output (large messages, control frames), Deadlines, End.
/// </para>
/// <para>
/// Threads: the receive path (<see cref="OnReceived"/> and what it calls, <see cref="OnClosed"/>) is entered by one thread at a time. Push workers push, request
/// workers answer, the wheel's thread evaluates deadlines and judges acks, the sending thread reports drains and stalls; any thread may ask the session to end.
/// Each member says who calls it. Fields that threads share are read and written with <see cref="Volatile"/> or <see cref="Interlocked"/>.
/// </para>
/// <para>
/// Locks: the subscription lock guards the subscriptions by id and the queue of those that wait for a list; the registry's service lock is taken while it is held. The
/// request lock guards the requests that wait or are at workers; no lock is taken while it is held. The client's lock says which session speaks for the client; the session takes it only where it is asked to
/// move, and never while it holds one of its own. No lock is held over I/O. Awaited acks are lock-free.
/// </para>
/// <para>
/// States: <see cref="Stage"/>, in order; only the receive path changes it. A session that was asked to move stays ready while its linger deadline runs.
/// </para>
/// <para>
/// Lifetime: <see cref="SessionAcceptor"/> creates it and the table of sessions owns it; <see cref="OnClosed"/> gives back its slot, its wheel entry, its
/// subscriptions and its client. There may be very many sessions, nearly all of them idle, so what most of them never need (streams, requests at workers,
/// subscriptions, marks of stalled output) is created when it is first needed (docs/adr/0012).
/// </para>
/// </remarks>
internal sealed partial class ClientSession : IConnectionHandler, IDeadlineOwner, INamingCaller, ISubscriber
{
    private readonly SessionServices _services;
    private readonly Connection _connection;

    // Everything of the client, from the set-up on.
    private RegistryClient? _client;
    private ClientProfile _profile = ClientProfile.Unknown;

    // Null until the first one.
    private RequestsInWork? _requests;
    private SubscriptionState? _subscriptions;
    private OutboundStreams? _streams;
    private OutputStalls? _stalls;

    // Wheel times; those of the recent past as CompactTimestamp, in half the space.
    private long _openedAt;
    private long _lastReceived;
    private uint _frameStartedAt;
    private uint _probedAt;
    private uint _closingAt;

    private int _entry;
    private Stage _stage;
    private bool _isServing;
    private bool _isOverHardLimit;

    public ClientSession(SessionServices services, Connection connection, AddressConnections? address, long id)
    {
        _services = services;
        _connection = connection;
        Id = id;
        Address = address;
    }

    /// <summary>The protocol states of a session, in the order in which it passes through them.</summary>
    private enum Stage : byte
    {
        /// <summary>The preface has not arrived.</summary>
        Preface,

        /// <summary>The set-up has not arrived.</summary>
        Setup,

        /// <summary>Requests are served.</summary>
        Ready,

        /// <summary>A goaway was written; what arrives is ignored.</summary>
        Closing,
    }

    /// <summary>The session's place in the table of sessions, which sets it.</summary>
    public int Slot { get; set; }

    /// <summary>Where the connection is counted; null without a socket address.</summary>
    public AddressConnections? Address { get; }

    /// <summary>Null until the set-up is done. Thread-safe.</summary>
    public RegistryClient? ClientOrNull => Volatile.Read(ref _client);

    /// <summary>What the client said about itself; <see cref="ClientProfile.Unknown"/> until the set-up. Thread-safe.</summary>
    public ClientProfile Profile => Volatile.Read(ref _profile);

    /// <summary>The client's address as a text; null when the connection has none, or none any more. Thread-safe.</summary>
    public string? RemoteAddress =>
        _connection.RemoteEndPoint is IPEndPoint { Address: var address } ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : null;

    /// <summary>Gets a read-only view of the session for operators and load shedding. Thread-safe.</summary>
    public StatusView Status => new(this);

    /// <summary>Starts the handshake deadline. Once, before the first byte.</summary>
    public void Open()
    {
        _entry = _services.Wheel.Allocate(this);
        long now = _services.Wheel.Now;
        _openedAt = now;
        _lastReceived = now;
        _services.Wheel.Arm(_entry, now, Milliseconds(Deadlines.Handshake));
    }

    /// <summary>What operators see of a session, and what decides whether it is shed.</summary>
    /// <remarks>A live view, not a snapshot: each property reads the session when accessed, so two reads may disagree. Thread-safe.</remarks>
    internal readonly struct StatusView(ClientSession session)
    {
        /// <summary>Null when the connection has none, or none any more.</summary>
        public IPEndPoint? RemoteEndPoint => session._connection.RemoteEndPoint as IPEndPoint;

        /// <summary>The name of the connection for operators.</summary>
        public ConnectionId ConnectionId => new(session._services.Registry.Epoch.Incarnation, session.Slot, session.Id);

        /// <summary>The set-up is done.</summary>
        public bool IsReady => session.ClientOrNull is not null;

        /// <summary>The client was told to leave, or the connection is being closed.</summary>
        public bool IsLeaving => session.IsClosing || session._connection.CloseReason is not null;

        /// <summary>The output is above its high-water mark, so pushes wait.</summary>
        public bool IsAboveHighWaterMark => session._connection.Outbound.IsAboveHighWaterMark;

        /// <summary>Wheel time of the accept.</summary>
        public long OpenedAt => session._openedAt;

        /// <summary>Wheel time of the last byte.</summary>
        public long LastReceived => Volatile.Read(ref session._lastReceived);

        public int Publications => session.ClientOrNull?.PublicationCount ?? 0;

        public int Subscriptions => Volatile.Read(ref session._subscriptions)?.Count ?? 0;

        /// <summary>The subscriptions of this moment.</summary>
        public Subscription[] CopySubscriptions() => Volatile.Read(ref session._subscriptions)?.ToArray() ?? [];

        /// <summary>Describes the session as a subscriber.</summary>
        public SubscriberDescription Describe()
        {
            ClientProfile profile = session.Profile;
            string agent = profile.Name.Length > 0 ? $"{profile.Name}:v{profile.Version}" : profile.Version;
            return new SubscriberDescription(ConnectionId.ToString(), session.RemoteAddress ?? "", RemoteEndPoint?.Port ?? 0, agent, profile.Application);
        }
    }
}
