using System.Net;
using System.Net.Sockets;

namespace FastRegistry.ProcessTests;

/// <summary>
/// A TCP proxy that makes the loopback a network: each connection has a delay, a rate and bounded buffers in each direction. It can freeze the connections it
/// has, when nothing passes and neither end is told, let them go on, and cut them with a reset.
/// </summary>
internal sealed class PacingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly PacedLine _toServer;
    private readonly PacedLine _toClient;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<PacedConnection> _connections = [];
    private readonly Task _accepting;
    private int _accepted;
    private long _bytesToClients;

    /// <summary>A proxy that only forwards.</summary>
    public PacingProxy(int targetPort)
        : this(targetPort, PacedLine.Immediate, PacedLine.Immediate)
    {
    }

    public PacingProxy(int targetPort, PacedLine toServer, PacedLine toClient)
    {
        (_target, _toServer, _toClient) = (targetPort, toServer, toClient);

        // Accepted sockets take it over; a later change would not shrink the window that the peer was told.
        _listener.Server.ReceiveBufferSize = PacedConnection.SocketBufferBytes;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Connections accepted so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Connections of which an end is still open.</summary>
    public int Open => Snapshot().Length;

    /// <summary>Bytes written to clients so far.</summary>
    public long BytesToClients => Interlocked.Read(ref _bytesToClients);

    /// <summary>Stops forwarding on every connection there is; new ones work.</summary>
    public void Freeze() => ForEach(static connection => connection.Freeze());

    /// <summary>Goes on with what was frozen; nothing was lost.</summary>
    public void GoOn() => ForEach(static connection => connection.GoOn());

    /// <summary>Resets every connection there is, to both sides; what was on the way is lost.</summary>
    public void Cut() => ForEach(static connection => connection.Reset());

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        PacedConnection[] open = Snapshot();
        foreach (PacedConnection connection in open)
        {
            connection.Reset();
        }

        await Task.WhenAll(open.Select(static connection => connection.Completion));
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Socket client = await _listener.AcceptSocketAsync(_stopping.Token);
                _ = ConnectAsync(client);
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The end of the test.
            }
        }
    }

    private async Task ConnectAsync(Socket client)
    {
        Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = PacedConnection.SocketBufferBytes };
        try
        {
            // The way there and back, before the client may think that somebody answers, passes with the first bytes.
            await server.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // A server that is not there: the client will try again.
            server.Dispose();
            client.Close(0);
            return;
        }

        PacedConnection connection = new(client, server, _toServer, _toClient, bytes => Interlocked.Add(ref _bytesToClients, bytes));
        lock (_connections)
        {
            _connections.Add(connection);
        }

        Interlocked.Increment(ref _accepted);
        await connection.RunAsync();
        lock (_connections)
        {
            _connections.Remove(connection);
        }
    }

    private void ForEach(Action<PacedConnection> action) => Array.ForEach(Snapshot(), action);

    private PacedConnection[] Snapshot()
    {
        lock (_connections)
        {
            return [.. _connections];
        }
    }
}

/// <summary>One direction of a <see cref="PacingProxy"/>.</summary>
/// <param name="Delay">Time on the way.</param>
/// <param name="MegabitsPerSecond">Rate for each connection; 0 = no bound.</param>
/// <param name="BufferBytes">What may wait for the line, beside what is on the way.</param>
internal sealed record PacedLine(TimeSpan Delay, double MegabitsPerSecond = 0, int BufferBytes = 64 * 1024)
{
    public static PacedLine Immediate { get; } = new(TimeSpan.Zero);
}
