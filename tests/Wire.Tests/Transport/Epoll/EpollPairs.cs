using System.Net;
using System.Net.Sockets;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

/// <summary>Connects both ends over one listener, one pair at a time, so that it is known who belongs to whom.</summary>
internal sealed class EpollPairs : IConnectionAcceptor, IAsyncDisposable
{
    private readonly EpollConnector _connector;
    private readonly EpollListener _listener;
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private Receive _receive = TestHandler.Swallow;
    private TaskCompletionSource<TestHandler> _accepted = new();

    /// <param name="transport">Both ends.</param>
    /// <param name="system">The kernel to connect with, where it is not the real one.</param>
    public EpollPairs(EpollTransport transport, ISystemCalls? system = null)
    {
        _connector = new EpollConnector(transport, system as IConnectCalls);
        _listener = new EpollListener(new IPEndPoint(IPAddress.Loopback, 0), transport, this, Observer, TimeProvider.System);
        _listener.Start();
    }

    public RecordingObserver Observer { get; } = new();

    public IPEndPoint EndPoint => _listener.LocalEndPoint;

    public async Task<(TestHandler Server, TestHandler Client)> ConnectAsync(Receive server, Receive client, IPAddress? source = null)
    {
        (TestHandler accepted, Connection connection) = await PairAsync(
            server, async () => await _connector.ConnectAsync(EndPoint, source, TestContext.Current.CancellationToken));
        TestHandler connected = new(connection, client);
        connection.Start(connected);
        return (accepted, connected);
    }

    public Task<(TestHandler Server, Socket Peer)> ConnectRawAsync(Receive server) => PairAsync(server, async () =>
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_listener.LocalEndPoint, TestContext.Current.CancellationToken);
        return socket;
    });

    public ValueTask DisposeAsync()
    {
        _oneAtATime.Dispose();
        return _listener.DisposeAsync();
    }

    IConnectionHandler? IConnectionAcceptor.Accept(Connection connection)
    {
        TestHandler handler = new(connection, _receive);
        _accepted.SetResult(handler);
        return handler;
    }

    private async Task<(TestHandler Server, TClient Client)> PairAsync<TClient>(Receive server, Func<Task<TClient>> connect)
    {
        await _oneAtATime.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _receive = server;
            _accepted = new TaskCompletionSource<TestHandler>(TaskCreationOptions.RunContinuationsAsynchronously);
            TClient client = await connect();
            return (await _accepted.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken), client);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }
}
