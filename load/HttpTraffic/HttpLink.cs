using System.Net;
using System.Net.Sockets;
using FastRegistry.Load.Commands;

namespace FastRegistry.Load.HttpTraffic;

/// <summary>One kept-alive connection with at most one outstanding request. Owned by its loop and used by its thread; opened again when the server has closed it.</summary>
internal sealed class HttpLink(IPEndPoint server) : IDisposable
{
    private const int FirstBufferBytes = 4 * 1024;
    private const int MaximumAnswerBytes = 64 * 1024 * 1024;

    private Socket? _socket;
    private byte[] _buffer = new byte[FirstBufferBytes];
    private int _filled;
    private HttpHead? _head;

    /// <summary>What is outstanding; null = nothing.</summary>
    public HttpExchange? Current { get; private set; }

    /// <summary>When it should have been sent.</summary>
    public long IntendedAt { get; private set; }

    /// <exception cref="CannotRunException">Nobody takes the connection.</exception>
    public void Open(EpollSet ready, int number)
    {
        _socket?.Dispose();
        _socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            _socket.Connect(server);
        }
        catch (SocketException fault)
        {
            throw new CannotRunException($"{server} takes no connection: {fault.SocketErrorCode}");
        }

        _socket.Blocking = false;
        _filled = 0;
        _head = null;
        Current = null;
        ready.Add(_socket.Handle, number);
    }

    /// <summary>Sends a request.</summary>
    /// <returns>False when the connection is of no use any more.</returns>
    public bool TrySend(HttpExchange exchange, long intendedAt)
    {
        Current = exchange;
        IntendedAt = intendedAt;

        // Nothing else is on its way, so a request that does not fit at once is one the server does not read.
        return _socket!.Send(exchange.Request, SocketFlags.None, out SocketError _) == exchange.Request.Length;
    }

    /// <summary>Reads what has come.</summary>
    /// <param name="failure">What is wrong with the answer or the connection; null = nothing.</param>
    public LinkEvent Receive(out string? failure)
    {
        failure = null;
        if (_filled == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int received = _socket!.Receive(_buffer.AsSpan(_filled), SocketFlags.None, out SocketError error);
        if (error is SocketError.WouldBlock or SocketError.Interrupted)
        {
            return LinkEvent.Waiting;
        }

        if (error != SocketError.Success || received == 0 || Current is not { } exchange)
        {
            failure = received > 0 ? "bytes nobody asked for" : "connection lost";
            return LinkEvent.Broken;
        }

        _filled += received;
        try
        {
            return Judge(exchange, out failure);
        }
        catch (InvalidDataException fault)
        {
            failure = fault.Message;
            return LinkEvent.Broken;
        }
    }

    public void Dispose() => _socket?.Dispose();

    private LinkEvent Judge(HttpExchange exchange, out string? failure)
    {
        failure = null;
        _head ??= HttpHead.Read(_buffer.AsSpan(0, _filled));
        if (_head is not { } head)
        {
            return LinkEvent.Waiting;
        }

        long length = (long)head.Bytes + head.ContentBytes;
        if (length > MaximumAnswerBytes)
        {
            throw new InvalidDataException("an answer without end");
        }

        if (_filled < length)
        {
            return LinkEvent.Waiting;
        }

        if (_filled > length)
        {
            throw new InvalidDataException("bytes nobody asked for");
        }

        ReadOnlySpan<byte> body = _buffer.AsSpan(head.Bytes, head.ContentBytes);
        failure = head.Status != 200 ? $"http {head.Status}" : exchange.Body.Accepts(body) ? null : "wrong body";
        _filled = 0;
        _head = null;
        Current = null;
        return LinkEvent.Answered;
    }
}
