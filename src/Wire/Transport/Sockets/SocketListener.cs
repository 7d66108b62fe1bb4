using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Wire.Transport.Sockets;

/// <summary>A bound TCP listener that hands every connection to an acceptor.</summary>
/// <remarks>Bound in the constructor, so that a taken port is an exception before anything else starts. Dispose stops accepting; connections live on.</remarks>
public sealed class SocketListener : IConnectionListener
{
    private readonly Socket _socket;
    private readonly SocketTransport _transport;
    private readonly IConnectionAcceptor _acceptor;
    private readonly IAcceptObserver _observer;
    private readonly TimeProvider _timeProvider;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;
    private int _disposed;

    /// <summary>Binds and listens; nothing is accepted before <see cref="Start"/>.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public SocketListener(
        EndPoint endPoint, SocketTransport transport, IConnectionAcceptor acceptor, IAcceptObserver observer, TimeProvider timeProvider)
    {
        _transport = transport;
        _acceptor = acceptor;
        _observer = observer;
        _timeProvider = timeProvider;
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            transport.SetOptions(_socket);
            _socket.Bind(endPoint);
            _socket.Listen(transport.Options.Backlog);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
    }

    /// <inheritdoc/>
    public IPEndPoint LocalEndPoint { get; }

    /// <inheritdoc/>
    public void Start()
    {
        AcceptLoop<Socket> loop = new(_socket.AcceptAsync, Accepted, _observer, _transport.Options, _timeProvider);
        _loop = loop.RunAsync(_stopping.Token);
    }

    /// <summary>Stops accepting and waits for the loop to end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _loop.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private void Accepted(Socket socket)
    {
        SocketConnection connection;
        try
        {
            connection = _transport.WrapAccepted(socket);
        }
        catch (SocketException fault)
        {
            // It was reset between the kernel's handshake and here.
            socket.Dispose();
            _observer.AcceptFailed(AcceptErrorTier.Transient, fault.SocketErrorCode, TimeSpan.Zero);
            return;
        }

        AcceptedConnection.HandOver(connection, _acceptor, _observer);
    }
}
