using System.Net;
using System.Net.Sockets;

namespace FastRegistry.ProcessTests;

/// <summary>A TCP proxy that can freeze the connections it has: both ends stay open and nothing passes, as when a cable is pulled.</summary>
internal sealed class FreezingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<TcpClient> _sockets = [];
    private readonly Task _accepting;
    private volatile CancellationTokenSource _frozen = new();
    private int _accepted;

    public FreezingProxy(int targetPort)
    {
        _target = targetPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Connections accepted so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Stops forwarding on every connection there is; new ones work.</summary>
    public void Freeze() => Interlocked.Exchange(ref _frozen, new CancellationTokenSource()).Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        lock (_sockets)
        {
            _sockets.ForEach(static socket => socket.Dispose());
        }

        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                TcpClient from = await _listener.AcceptTcpClientAsync(_stopping.Token);
                TcpClient to = new();
                await to.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
                lock (_sockets)
                {
                    _sockets.AddRange([from, to]);
                }

                Interlocked.Increment(ref _accepted);
                CancellationToken frozen = _frozen.Token;
                _ = ForwardAsync(from, to, frozen);
                _ = ForwardAsync(to, from, frozen);
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The end of the test, or a server that is not there: the client will try again.
            }
        }
    }

    private static async Task ForwardAsync(TcpClient from, TcpClient to, CancellationToken frozen)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, frozen) is var read and > 0)
            {
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), frozen);
            }

            to.Close();
        }
        catch (OperationCanceledException)
        {
            // Frozen: both sockets stay open, and silent.
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or InvalidOperationException)
        {
            to.Close();
        }
    }
}
