using System.Buffers;
using System.Net;
using FastRegistry.Node.Limits;
using FastRegistry.Registry.Events;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <summary>Creates a session for every accepted connection, or refuses it with a goaway that says why.</summary>
/// <remarks>One per node. Called on accept loops, which may be several; it holds no lock.</remarks>
internal sealed class SessionAcceptor(SessionServices services, RefusedConnections refused) : IConnectionAcceptor
{
    private long _sessions;

    public IConnectionHandler? Accept(Connection connection)
    {
        IPAddress? remote = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (!services.Limits.TryEnter(remote, out AddressConnections? address, out LimitRule broken))
        {
            return Refuse(connection, LimitKind.Address, broken.Text);
        }

        ClientSession session = new(services, connection, address, Interlocked.Increment(ref _sessions));
        LimitRule rule = services.Limits.Rules.Connections;
        SessionAdmission admission = services.Sessions.TryAdd(session, rule);
        if (admission == SessionAdmission.Admitted)
        {
            session.Open();
            services.Metrics.CountAccepted();
            return session;
        }

        services.Limits.Leave(address);
        return admission switch
        {
            SessionAdmission.Full => Refuse(connection, LimitKind.Node, services.Sessions.LimitText),
            SessionAdmission.BeyondRule => Refuse(connection, LimitKind.Node, rule.Text),
            _ => Refuse(connection, GoAwayReason.Stopping, "the node is stopping", []),
        };
    }

    private IConnectionHandler? Refuse(Connection connection, LimitKind kind, string text)
    {
        services.Metrics.CountRefused(kind);
        return Refuse(connection, GoAwayReason.LimitExceeded, text, services.Limits.RedirectAddresses);
    }

    private IConnectionHandler? Refuse(Connection connection, GoAwayReason reason, string text, IReadOnlyList<string> addresses)
    {
        services.Events.Publish(new ConnectionRefused(reason, text));
        return refused.Refuse(connection, reason, text, addresses);
    }
}

/// <summary>Refused connections: each was sent a goaway and is closed when its peer closes, or after the linger time, in which the peer can read it.</summary>
/// <remarks>One per node; thread-safe, under one short lock. One wheel entry serves all of them. At most <see cref="Maximum"/> are open at a time; one more closes the
/// oldest, which has had its time by then unless thousands are refused in a second.</remarks>
internal sealed class RefusedConnections : IDeadlineOwner
{
    /// <summary>Descriptors that refused connections may hold beside those of the limit.</summary>
    public const int Maximum = 1_024;

    private readonly TimingWheel _wheel;
    private readonly int _lingerMilliseconds;
    private readonly int _maximum;
    private readonly int _entry;
    private readonly Lock _waitingLock = new();
    private readonly LinkedList<RefusedConnection> _waiting = new();

    /// <param name="wheel">Ends the linger times.</param>
    /// <param name="linger">How long a peer may take to close.</param>
    /// <param name="maximum">See <see cref="Maximum"/>.</param>
    public RefusedConnections(TimingWheel wheel, TimeSpan linger, int maximum = Maximum)
    {
        _wheel = wheel;
        _lingerMilliseconds = (int)linger.TotalMilliseconds;
        _maximum = maximum;
        _entry = wheel.Allocate(this);
    }

    /// <summary>Connections whose peers have not closed yet.</summary>
    public int Count
    {
        get
        {
            lock (_waitingLock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Tells a connection goaway and closes it. The handler is for the time until its peer has closed.</summary>
    public IConnectionHandler Refuse(Connection connection, GoAwayReason reason, string text, IReadOnlyList<string>? addresses = null)
    {
        RefusedConnection refused = new(this, connection, _wheel.Now);
        RefusedConnection? oldest = null;
        lock (_waitingLock)
        {
            if (_waiting.Count >= _maximum)
            {
                oldest = _waiting.First!.Value;
                _waiting.RemoveFirst();
            }

            _waiting.AddLast(refused.Place);
            if (_waiting.Count == 1)
            {
                _wheel.Arm(_entry, refused.Since, _lingerMilliseconds);
            }
        }

        oldest?.Connection.Abort(CloseReason.Aborted);
        GoAways.Send(connection, reason, text, addresses);
        connection.CloseAfterSending(CloseReason.Sent(reason, text));
        return refused;
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        List<RefusedConnection> over = [];
        Deadline next = Deadline.None;
        lock (_waitingLock)
        {
            while (_waiting.First is { Value: var first })
            {
                if (_wheel.Effective(first.Since) + _lingerMilliseconds > now)
                {
                    next = Deadline.After(first.Since, _lingerMilliseconds);
                    break;
                }

                _waiting.RemoveFirst();
                over.Add(first);
            }
        }

        over.ForEach(static refused => refused.Connection.Abort(CloseReason.Aborted));
        return next;
    }

    private void Closed(RefusedConnection refused)
    {
        lock (_waitingLock)
        {
            if (refused.Place.List is not null)
            {
                _waiting.Remove(refused.Place);
            }
        }
    }

    private sealed class RefusedConnection : IConnectionHandler
    {
        private readonly RefusedConnections _owner;

        public RefusedConnection(RefusedConnections owner, Connection connection, long since)
        {
            _owner = owner;
            Connection = connection;
            Since = since;
            Place = new LinkedListNode<RefusedConnection>(this);
        }

        public Connection Connection { get; }

        public long Since { get; }

        public LinkedListNode<RefusedConnection> Place { get; }

        public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies) => new(received.End, received.End);

        public void OnDrained()
        {
        }

        public void OnClosed(CloseReason reason) => _owner.Closed(this);
    }
}
