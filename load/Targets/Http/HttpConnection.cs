using System.Buffers;
using System.Net;
using System.Net.Sockets;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Targets.Http;

/// <summary>One client with one TCP connection for HTTP/1.1. Requests beyond the one that is outstanding wait in line, as HTTP/1.1 has it.</summary>
/// <remarks>
/// Made by its target. Operations come from any thread. Its handler may connect once: a connection that is lost stays lost, as with the other targets. A loss
/// is noticed when the handler gives the connection up: with the next request, or for an idle connection within about half a minute.
/// </remarks>
internal sealed class HttpConnection : ITargetConnection
{
    private const string NotPartOfHttp = "not part of the HTTP API";
    private const string LivenessPath = "/health/live";
    private const int ReadBytes = 16 * 1024;

    private const int SettingUp = 0;
    private const int Opened = 1;
    private const int Ended = 2;

    private readonly IPEndPoint _server;
    private readonly Uri _address;
    private readonly IPAddress? _source;
    private readonly TargetStatistics _statistics;
    private readonly HttpMessageInvoker _invoker;
    private readonly HttpBeats _beats;
#pragma warning disable CA2213, CA1001 // Cancelled once, when the connection is closed; without a timer it holds nothing.
    private readonly CancellationTokenSource _closing = new();
#pragma warning restore CA2213, CA1001
    private Socket? _socket;
    private int _connects;
    private int _stage;
    private bool _leaving;

    public HttpConnection(IPEndPoint server, IPAddress? source, TargetStatistics statistics, TimeSpan beatInterval)
    {
        _server = server;
        _address = new Uri($"http://{server}");
        _source = source;
        _statistics = statistics;
        _beats = new HttpBeats(beatInterval, beat => ExchangeAsync(HttpMethod.Put, beat, _closing.Token), statistics, _closing.Token);
        SocketsHttpHandler handler = new()
        {
            MaxConnectionsPerServer = 1,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectCallback = (_, cancellationToken) => ConnectAsync(cancellationToken),
        };
        _invoker = new HttpMessageInvoker(handler, disposeHandler: true);
    }

    public bool IsOpen => Volatile.Read(ref _stage) == Opened;

    /// <summary>Connects by asking once whether the server is alive. Called once.</summary>
    /// <exception cref="TargetException">It did not work; the connection is closed.</exception>
    public async Task SetUpAsync(CancellationToken cancellationToken)
    {
        string? failure = null;
        try
        {
            LoadResult answer = await ExchangeAsync(HttpMethod.Get, LivenessPath, cancellationToken).ConfigureAwait(false);
            failure = answer.IsOk ? null : $"set-up: {answer.StatusCode}";
        }
        catch (OperationCanceledException)
        {
            failure = TargetStatus.Cancelled;
        }
        catch (HttpRequestException fault)
        {
            failure = fault.InnerException is SocketException refused ? $"connect: {refused.SocketErrorCode}" : $"set-up: {TargetStatus.ConnectionLost}";
        }
        catch (IOException)
        {
            failure = $"set-up: {TargetStatus.ConnectionLost}";
        }

        if (failure is null && Interlocked.CompareExchange(ref _stage, Opened, SettingUp) == SettingUp)
        {
            _statistics.CountOpened();
            return;
        }

        Abort();
        throw new TargetException(failure ?? $"set-up: {TargetStatus.ConnectionLost}");
    }

    public async ValueTask<LoadResult> SendAsync(PreparedRequest request)
    {
        HttpRequest http = (HttpRequest)request;
        if (!IsOpen)
        {
            return LoadResult.Fail(TargetStatus.ConnectionLost);
        }

        try
        {
            LoadResult result = await ExchangeAsync(http.Method, http.PathAndQuery, _closing.Token).ConfigureAwait(false);
            if (result.IsOk)
            {
                _beats.NoteSuccess(http);
            }

            return result;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            return LoadResult.Fail(TargetStatus.ConnectionLost);
        }
    }

    public ValueTask<LoadResult> HeartbeatAsync() => new(LoadResult.Fail(NotPartOfHttp));

    public ValueTask<LoadResult> SubscribeAsync(string service, IPushSink sink) => new(LoadResult.Fail(NotPartOfHttp));

    /// <summary>HTTP has no word for goodbye.</summary>
    public ValueTask LeaveAsync()
    {
        Abort();
        return ValueTask.CompletedTask;
    }

    public void Abort()
    {
        Volatile.Write(ref _leaving, true);
        End();
        _closing.Cancel();
        Volatile.Read(ref _socket)?.Dispose();
        _invoker.Dispose();
    }

    private async Task<LoadResult> ExchangeAsync(HttpMethod method, string pathAndQuery, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(method, new Uri(_address, pathAndQuery));
        using HttpResponseMessage response = await _invoker.SendAsync(message, cancellationToken).ConfigureAwait(false);
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        long bytes = await CountAsync(body, cancellationToken).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.OK ? LoadResult.Ok(bytes) : LoadResult.Fail($"http {(int)response.StatusCode}");
    }

    private static async ValueTask<long> CountAsync(Stream body, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        try
        {
            long bytes = 0;
            int read;
            while ((read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                bytes += read;
            }

            return bytes;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _connects) > 1)
        {
            throw new IOException(TargetStatus.ConnectionLost);
        }

        Socket socket = new(_server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (_source is not null)
            {
                SourceAddress.Bind(socket, _source);
            }

            await socket.ConnectAsync(_server, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _socket, socket);
            return new ObservedStream(socket, End);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>It is over, whoever ended it; a loss is counted once.</summary>
    private void End()
    {
        if (Interlocked.Exchange(ref _stage, Ended) != Opened)
        {
            return;
        }

        _statistics.CountClosed();
        if (!Volatile.Read(ref _leaving))
        {
            _statistics.Losses.Count("connection: closed");
        }
    }
}
