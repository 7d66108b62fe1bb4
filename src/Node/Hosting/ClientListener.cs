using System.Net;
using System.Net.Sockets;
using FastRegistry.Node.Configuration;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Epoll;
using FastRegistry.Wire.Transport.Sockets;

namespace FastRegistry.Node.Hosting;

/// <summary>The listener for clients, with the transport behind it that the options ask for.</summary>
/// <remarks>Owned by its node: bound, started, stopped and disposed once each, in this order. Connections live until it is disposed.</remarks>
internal sealed class ClientListener : IAsyncDisposable
{
    private readonly IConnectionListener _listener;

    private ClientListener(IConnectionListener listener, EpollTransport? epoll)
    {
        _listener = listener;
        Epoll = epoll;
    }

    public IPEndPoint LocalEndPoint => _listener.LocalEndPoint;

    /// <summary>Null when connections are on sockets.</summary>
    public EpollTransport? Epoll { get; }

    /// <summary>Binds; nothing is accepted yet.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="resources">Pools of its connections.</param>
    /// <param name="acceptor">Gets every connection.</param>
    /// <param name="observer">Is told of errors of accepting.</param>
    /// <param name="timeProvider">For waiting after such an error.</param>
    /// <param name="faulted">Is told of exceptions that nothing else caught.</param>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    /// <exception cref="IOException">No descriptor is left.</exception>
    public static ClientListener Bind(
        ClientTransportOptions options,
        TransportResources resources,
        IConnectionAcceptor acceptor,
        IAcceptObserver observer,
        TimeProvider timeProvider,
        Action<Exception> faulted)
    {
        SocketTransportOptions sockets = new()
        {
            UserTimeout = options.UserTimeout,
            KeepAliveIdle = options.KeepAliveIdle,
            KeepAliveInterval = options.KeepAliveInterval,
            KeepAliveProbes = options.KeepAliveProbes,
            NotSentLowWaterBytes = options.NotSentLowWaterBytes,
        };
        if (options.Kind == ClientTransportKind.Socket || !EpollTransport.IsSupported)
        {
            return new ClientListener(new SocketListener(options.EndPoint, new SocketTransport(resources, sockets), acceptor, observer, timeProvider), epoll: null);
        }

        EpollTransport epoll = new(resources, new EpollTransportOptions { Sockets = sockets, Loops = options.Loops, Spin = options.Spin, Faulted = faulted });
        try
        {
            return new ClientListener(new EpollListener(options.EndPoint, epoll, acceptor, observer, timeProvider), epoll);
        }
        catch (SocketException)
        {
            // It has no connections; its threads end by themselves.
            _ = epoll.DisposeAsync().AsTask();
            throw;
        }
    }

    /// <summary>Begins to accept.</summary>
    public void Start() => _listener.Start();

    /// <summary>Accepts nothing more.</summary>
    public ValueTask StopAcceptingAsync() => _listener.DisposeAsync();

    /// <summary>Ends what is left of its connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync().ConfigureAwait(false);
        if (Epoll is not null)
        {
            await Epoll.DisposeAsync().ConfigureAwait(false);
        }
    }
}

/// <summary>Where System.Net.Sockets calls back: on its own event threads instead of the thread pool.</summary>
/// <remarks>
/// The runtime has no call for it. It reads an environment variable when the process does its first asynchronous socket operation, and a variable
/// that the process sets for itself before that counts. So only the program may choose, once, before anything listens; an embedder's process is its own.
/// HTTP is not affected: Kestrel goes on to the pool from wherever it is called. Not on Windows, which has no such threads.
/// </remarks>
internal static class SocketCompletions
{
    /// <summary>Documented by the runtime's own sources only; <c>1</c> = on.</summary>
    public const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Takes client connections off the pool where they are on sockets, unless the environment says something already.</summary>
    public static void Choose(ClientTransportOptions options)
    {
        bool onSockets = options.Kind == ClientTransportKind.Socket || !EpollTransport.IsSupported;
        if (onSockets && Environment.GetEnvironmentVariable(Variable) is null)
        {
            Environment.SetEnvironmentVariable(Variable, "1");
        }
    }
}
