using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Load.Targets.Grpc;

/// <summary>One TCP connection that speaks HTTP/2, as .NET's own client does.</summary>
/// <remarks>
/// A handler of its own per connection, because a handler shares its connections. It gets the socket that is connected already and never a second one: a request
/// after the end fails and does not connect again.
/// </remarks>
internal sealed class Http2Connection : IDisposable
{
    // As the server's: a list that is larger than the default of 64 KiB needs no round trips for windows.
    private const int StreamWindowBytes = 1024 * 1024;

    private readonly Socket _socket;
    private readonly HttpMessageInvoker _invoker;
    private int _taken;

    private Http2Connection(Socket socket)
    {
        _socket = socket;
        SocketsHttpHandler handler = new()
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            ConnectCallback = (_, _) => TakeStream(),
            EnableMultipleHttp2Connections = false,
            InitialHttp2StreamWindowSize = StreamWindowBytes,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            UseCookies = false,
            UseProxy = false,
        };
        _invoker = new HttpMessageInvoker(handler, disposeHandler: true);
    }

    /// <exception cref="SocketException">It did not work.</exception>
    public static async Task<Http2Connection> ConnectAsync(IPEndPoint server, IPAddress? source, CancellationToken cancellationToken)
    {
        Socket socket = await SourceBoundSocket.ConnectAsync(server, source, cancellationToken).ConfigureAwait(false);
        return new Http2Connection(socket);
    }

    /// <summary>Completes when the response's headers have arrived.</summary>
    public Task<HttpResponseMessage> PostAsync(Uri address, HttpContent content)
    {
        HttpRequestMessage request = new(HttpMethod.Post, address)
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        return _invoker.SendAsync(request, CancellationToken.None);
    }

    /// <summary>Closes the socket; everything outstanding fails.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _invoker.Dispose();
    }

    private ValueTask<Stream> TakeStream() => Interlocked.Exchange(ref _taken, 1) == 0
        ? ValueTask.FromResult<Stream>(new NetworkStream(_socket, ownsSocket: true))
        : ValueTask.FromException<Stream>(new IOException("the connection has ended"));
}
