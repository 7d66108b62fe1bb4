using System.Buffers;
using System.Collections.Concurrent;
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

/// <summary>Refused connections: each was sent a goaway and is closed after the linger time, in which the peer can read it.</summary>
/// <remarks>One per node; thread-safe. One wheel entry serves all of them. At most <see cref="Maximum"/> are open at a time; more are closed without a goaway.</remarks>
internal sealed class RefusedConnections : IDeadlineOwner
{
    // Each holds a descriptor that the limit does not count: only a few of those kept spare.
    private const int Maximum = 32;

    private readonly TimingWheel _wheel;
    private readonly int _lingerMilliseconds;
    private readonly ConcurrentQueue<(Connection Connection, long Since)> _waiting = new();

    public RefusedConnections(TimingWheel wheel, TimeSpan linger)
    {
        _wheel = wheel;
        _lingerMilliseconds = (int)linger.TotalMilliseconds;

        // Armed for good: it looks once per linger time whether somebody has to go.
        wheel.Arm(wheel.Allocate(this), wheel.Now, _lingerMilliseconds);
    }

    /// <summary>The handler for a connection that is told goaway; null when even that is too much.</summary>
    public IConnectionHandler? Refuse(Connection connection, GoAwayReason reason, string text, IReadOnlyList<string>? addresses = null)
    {
        if (_waiting.Count >= Maximum)
        {
            return null;
        }

        GoAways.Send(connection, reason, text, addresses);
        connection.CloseAfterSending(CloseReason.Sent(reason, text));
        long now = _wheel.Now;
        _waiting.Enqueue((connection, now));
        return Handler.Instance;
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        while (_waiting.TryPeek(out (Connection Connection, long Since) first))
        {
            if (_wheel.Effective(first.Since) + _lingerMilliseconds > now)
            {
                return Deadline.After(first.Since, _lingerMilliseconds);
            }

            _waiting.TryDequeue(out _);
            first.Connection.Abort(CloseReason.Aborted);
        }

        return Deadline.After(now, _lingerMilliseconds);
    }

    private sealed class Handler : IConnectionHandler
    {
        public static Handler Instance { get; } = new();

        public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies) => new(received.End, received.End);

        public void OnDrained()
        {
        }

        public void OnClosed(CloseReason reason)
        {
        }
    }
}
