using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

/// <summary>One end of a connection in a <see cref="SimulatedKernel"/>; the methods that begin with Peer are the other end.</summary>
internal sealed class SimulatedSocket(SimulatedKernel kernel, int descriptor, bool isSocket)
{
    private const int RoomBytes = 8 * 1024;

    private readonly Queue<byte> _toRead = new();
    private readonly Queue<byte> _toPeer = new();
    private bool _peerEnded;
    private bool _reset;
    private bool _shutDown;
    private bool _noSpace;

    public int Descriptor { get; } = descriptor;

    public bool IsSocket { get; } = isSocket;

    public ulong Data { get; private set; }

    public bool IsWatched { get; private set; }

    public bool HasEdge { get; set; }

    public bool IsClosed { get; set; }

    /// <summary>A receive would return something, be it the end.</summary>
    public bool HasInput => _toRead.Count > 0 || _peerEnded || _reset;

    /// <summary>What this end has sent and the peer has not read: none after FIN or close is the end.</summary>
    public bool PeerSeesEnd => (_shutDown || IsClosed) && _toPeer.Count == 0;

    public void Watch(ulong data)
    {
        Data = data;
        IsWatched = true;
    }

    public EpollEvents Ready() =>
        (HasInput ? EpollEvents.Readable : 0)
        | (_toPeer.Count < RoomBytes ? EpollEvents.Writable : 0)
        | (_peerEnded ? EpollEvents.PeerHangUp : 0)
        | (_reset ? EpollEvents.Error | EpollEvents.HangUp : 0);

    public int Receive(Span<byte> buffer)
    {
        if (_reset)
        {
            return -Errno.ConnectionReset;
        }

        int count = 0;
        while (count < buffer.Length && _toRead.TryDequeue(out byte value))
        {
            buffer[count++] = value;
        }

        return count > 0 || _peerEnded ? count : -Errno.TryAgain;
    }

    public int Send(ReadOnlySpan<byte> bytes)
    {
        if (_reset || _shutDown)
        {
            return -Errno.BrokenPipe;
        }

        int room = RoomBytes - _toPeer.Count;
        if (room <= 0)
        {
            _noSpace = true;
            return -Errno.TryAgain;
        }

        ReadOnlySpan<byte> taken = bytes[..Math.Min(room, bytes.Length)];
        foreach (byte value in taken)
        {
            _toPeer.Enqueue(value);
        }

        _noSpace |= taken.Length < bytes.Length;
        return taken.Length;
    }

    public int ShutdownSending()
    {
        _shutDown = true;
        return _reset ? -Errno.NotConnected : 0;
    }

    public void PeerSend(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            _toRead.Enqueue(value);
        }

        kernel.Edge(this);
    }

    public void PeerRead(int maximumBytes, List<byte> destination)
    {
        for (int i = 0; i < maximumBytes && _toPeer.TryDequeue(out byte value); i++)
        {
            destination.Add(value);
        }

        if (_noSpace && _toPeer.Count < RoomBytes / 2)
        {
            _noSpace = false;
            kernel.Edge(this);
        }
    }

    public void PeerClose()
    {
        _peerEnded = true;
        kernel.Edge(this);
    }

    public void PeerReset()
    {
        _reset = true;
        kernel.Edge(this);
    }
}
