using System.Buffers;
using System.Collections.Concurrent;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Node.Sessions;

/// <summary>Connections that were told goaway at once and have a moment to read it.</summary>
/// <remarks>Any thread; one wheel entry for all of them. At most <see cref="Maximum"/> at a time; more are dropped without a word.</remarks>
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

        byte[] body = SessionGoAway.Message(reason, text, addresses).ToByteArray();
        connection.Send(new FrameHeader((uint)body.Length, FrameKind.GoAway, FrameFlags.None, MessageType.None, 0), body);
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
