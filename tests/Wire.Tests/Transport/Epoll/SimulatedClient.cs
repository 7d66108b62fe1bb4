using System.Buffers;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

/// <summary>The peer of one connection of a simulated run, and the handler at its other end, which echoes.</summary>
internal sealed class SimulatedClient
{
    private readonly SimulatedSocket _socket;
    private readonly Random _random;
    private readonly TestHandler _handler;
    private readonly List<byte> _read = [];
    private readonly int _recordBytes;
    private long _leftAndSeen;
    private string? _violation;
    private int _sent;
    private bool _closed;
    private bool _told;

    public SimulatedClient(SimulatedSocket socket, EpollLoop loop, TransportResources resources, Random random)
    {
        _socket = socket;
        _random = random;

        // Nothing is ever left; a part of a block is; more than a block is.
        _recordBytes = random.Next(3) switch { 0 => 1, 1 => 7, _ => 10_007 };
        EpollConnection connection = new(socket.Descriptor, loop, resources);
        _handler = new TestHandler(connection, EchoRecords);
        connection.Start(_handler);
    }

    /// <summary>The handler was told of the end.</summary>
    public bool IsOver => _handler.Closed > 0;

    /// <summary>Everything is answered, as far as anybody still wants an answer.</summary>
    public bool IsQuiet => IsOver || _closed || (_told ? _socket.PeerSeesEnd : _read.Count == _sent / _recordBytes * _recordBytes);

    public long Echoed => _read.Count;

    public string? Violation => _handler.Violation
        ?? _violation
        ?? (_handler.Closed > 1 ? "the end was told twice" : null)
        ?? (IsOver && !_socket.IsClosed ? "the end was told and the descriptor is open" : null)
        ?? FindWrongByte();

    public void Act()
    {
        switch (_random.Next(24))
        {
            case < 12:
                byte[] bytes = new byte[_random.Next(1, _random.Next(4) == 0 ? 30_000 : 500)];
                for (int i = 0; i < bytes.Length; i++)
                {
                    bytes[i] = (byte)((_sent + i) % 251);
                }

                if (!_closed && _sent - _read.Count < 200_000)
                {
                    _sent += bytes.Length;
                    _socket.PeerSend(bytes);
                }

                break;
            case < 20:
                _socket.PeerRead(_random.Next(1, 40_000), _read);
                break;
            case 20:
                _closed = true;
                _socket.PeerClose();
                break;
            case 21:
                _closed = true;
                _socket.PeerReset();
                break;
            case 22:
                _told = true;
                _handler.Connection.CloseAfterSending(CloseReason.Aborted);
                break;
            default:
                _closed = true;
                _handler.Connection.Abort(CloseReason.Aborted);
                break;
        }
    }

    public void ReadAll() => _socket.PeerRead(int.MaxValue, _read);

    public override string ToString() => $"sent {_sent}, read {_read.Count}, told {_told}, queued {_handler.Connection.Outbound.QueuedBytes}";

    /// <summary>Echoes whole records as far as the output has room; what is left of a record is for the next time.</summary>
    private ReceiveResult EchoRecords(TestHandler self, in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        if (received.Length <= _leftAndSeen)
        {
            _violation ??= $"called with {received.Length} bytes and none of them new";
        }

        long room = self.Connection.Resources.Limits.HighWaterMarkBytes - self.Connection.Outbound.QueuedBytes;
        long whole = received.Length / _recordBytes * _recordBytes;
        long taken = Math.Min(whole, (Math.Max(room, 1) / _recordBytes * _recordBytes) + _recordBytes);
        foreach (ReadOnlyMemory<byte> part in received.Slice(0, taken))
        {
            replies.Write(part.Span);
        }

        SequencePosition end = received.GetPosition(taken);
        _leftAndSeen = taken == whole ? received.Length - taken : 0;
        return new ReceiveResult(end, taken == whole ? received.End : end);
    }

    private string? FindWrongByte()
    {
        for (int i = 0; i < _read.Count; i++)
        {
            if (_read[i] != (byte)(i % 251))
            {
                return $"byte {i} is {_read[i]}";
            }
        }

        return null;
    }
}
