using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastRegistry.Load.Tests.HttpTraffic;

/// <summary>Answers each request with whatever bytes the test says, in the pieces the test says; an empty piece closes the connection.</summary>
internal sealed class ScriptedHttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, string[]> _answer;
    private readonly Task _accepting;
    private int _connections;

    /// <param name="answer">From the first line of a request to the pieces of its answer.</param>
    public ScriptedHttpServer(Func<string, string[]> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>First lines of all requests.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public static string Ok(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                serving.Add(ServeAsync(socket));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The last one: a listener that was stopped between two accepts.
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using Socket owned = socket;
        owned.NoDelay = true;
        byte[] buffer = new byte[4096];
        string pending = "";
        try
        {
            int received;
            while ((received = await owned.ReceiveAsync(buffer, _stop.Token)) > 0)
            {
                pending += Encoding.ASCII.GetString(buffer, 0, received);
                int end;
                while ((end = pending.IndexOf("\r\n\r\n", StringComparison.Ordinal)) >= 0)
                {
                    string line = pending[..pending.IndexOf('\r', StringComparison.Ordinal)];
                    pending = pending[(end + 4)..];
                    Requests.Enqueue(line);
                    foreach (string piece in _answer(line))
                    {
                        if (piece.Length == 0)
                        {
                            return;
                        }

                        await owned.SendAsync(Encoding.ASCII.GetBytes(piece), _stop.Token);
                    }
                }
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException)
        {
            // The test is over, or the client has gone.
        }
    }
}
