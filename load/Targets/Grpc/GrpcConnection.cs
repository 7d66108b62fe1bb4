using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets.Grpc.Framing;

namespace FastRegistry.Load.Targets.Grpc;

/// <summary>A client of the baseline: its stream for set-up, heartbeats and pushes, and unary calls beside it on the same HTTP/2 connection.</summary>
/// <remarks>
/// Made by <see cref="GrpcSessionOpener"/>. One receive loop per connection takes the stream's messages and, when the stream ends, ends everything else; operations come
/// from any thread.
/// </remarks>
internal sealed class GrpcConnection(Http2Connection http, GrpcAddresses addresses, SessionContent content, TargetStatistics statistics)
    : ITargetConnection, IStreamMessages
{
    private const string Refused = "refused";
    private static readonly TimeSpan LeaveTime = TimeSpan.FromSeconds(2);

    private readonly PendingHeartbeat _heartbeat = new();
    private readonly TaskCompletionSource<string?> _setUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PushSinks _sinks = new();
    private Task _receiving = Task.CompletedTask;
    private string? _endReason;
    private bool _opened;
    private bool _closing;

    public bool IsOpen => Volatile.Read(ref _opened) && !Volatile.Read(ref _closing) && Volatile.Read(ref _endReason) is null;

    /// <summary>Begins to receive; the result is null when the set-up was accepted, else the reason.</summary>
    public Task<string?> StartAsync(HttpResponseMessage response)
    {
        _receiving = ReceiveAsync(response);
        return _setUp.Task;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<LoadResult> SendAsync(PreparedRequest request)
    {
        if (!IsOpen)
        {
            return LoadResult.Fail(ReasonOfEnd());
        }

        GrpcRequest prepared = (GrpcRequest)request;
        try
        {
            HttpResponseMessage response = await http.PostAsync(addresses.Find(prepared.Path), prepared.Content).ConfigureAwait(false);
            return await GrpcReply.ReadAsync(response).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // An operation fails, it does not throw.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return LoadResult.Fail(KindOf(fault));
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<LoadResult> HeartbeatAsync()
    {
        if (!_heartbeat.TryBegin())
        {
            return LoadResult.Fail(TargetStatus.StillUnanswered);
        }

        try
        {
            if (IsOpen)
            {
                await content.SendAsync(_heartbeat.Ping).ConfigureAwait(false);
            }
            else
            {
                _heartbeat.TryComplete(LoadResult.Fail(ReasonOfEnd()));
            }
        }
#pragma warning disable CA1031 // An operation fails, it does not throw.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _heartbeat.TryComplete(LoadResult.Fail(KindOf(fault)));
        }

        LoadResult result = await _heartbeat.Answer.ConfigureAwait(false);
        _heartbeat.End();
        return result;
    }

    public async ValueTask<LoadResult> SubscribeAsync(string service, IPushSink sink)
    {
        // Before the request: the first list comes on another HTTP/2 stream and may overtake the answer.
        AwaitedSink awaited = new(sink);
        Task<LoadResult> firstList = awaited.FirstList;
        ulong id = _sinks.Add(awaited);
        LoadResult result = await SendAsync(GrpcMessages.Subscribe(service, id)).ConfigureAwait(false);
        if (!result.IsOk || result.SizeBytes > 0)
        {
            // An answer that says anything names what was refused.
            _sinks.Remove(id);
            return result.IsOk ? LoadResult.Fail(Refused) : result;
        }

        return await firstList.ConfigureAwait(false);
    }

    public async ValueTask LeaveAsync()
    {
        Volatile.Write(ref _closing, true);
        content.Complete();
        try
        {
            await _receiving.WaitAsync(LeaveTime).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The server does not answer the goodbye.
        }

        http.Dispose();
    }

    public void Abort()
    {
        Volatile.Write(ref _closing, true);
        http.Dispose();
    }

    bool IStreamMessages.Take(ReadOnlyMemory<byte> message, long receivedAt)
    {
        ReadOnlySpan<byte> bytes = message.Span;
        switch ((StreamMessageKind)bytes[0])
        {
            case StreamMessageKind.Pong when bytes.Length == StreamMessageLayout.PingBytes:
                _heartbeat.Answered(BinaryPrimitives.ReadUInt64LittleEndian(bytes[1..]));
                return true;
            case StreamMessageKind.Push when bytes.Length >= StreamMessageLayout.PushHeadBytes:
                AwaitedSink? sink = _sinks.Find(BinaryPrimitives.ReadUInt64LittleEndian(bytes[1..]));
                sink?.Arrived(new ReadOnlySequence<byte>(message[StreamMessageLayout.PushHeadBytes..]), receivedAt);
                return true;
            case StreamMessageKind.Setup when !_opened:
                Volatile.Write(ref _opened, true);
                statistics.CountOpened();
                _setUp.SetResult(null);
                return true;
            default:
                return false;
        }
    }

    private async Task ReceiveAsync(HttpResponseMessage response)
    {
        string reason;
        try
        {
            StreamReceiver receiver = new(response.Content.ReadAsStream(), this);
            reason = await receiver.RunAsync().ConfigureAwait(false) ? GrpcReply.FailureOf(response.TrailingHeaders) ?? "closed by the server" : "malformed stream";
        }
#pragma warning disable CA1031 // Whatever ends the loop ends the connection; operations fail with the reason.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            reason = KindOf(fault);
        }

        End(reason);
    }

    /// <summary>The one end of a connection; runs once, at the end of the receive loop.</summary>
    private void End(string reason)
    {
        bool closedHere = Volatile.Read(ref _closing);
        Volatile.Write(ref _endReason, closedHere ? TargetStatus.ConnectionLost : reason);
        if (_opened)
        {
            statistics.CountClosed();
            if (!closedHere)
            {
                statistics.Losses.Count(reason);
            }
        }

        http.Dispose();
        content.Complete();
        Interlocked.MemoryBarrier();
        _heartbeat.TryComplete(LoadResult.Fail(_endReason!));
        _sinks.Close(_endReason!);
        _setUp.TrySetResult(reason);
    }

    private string ReasonOfEnd() => Volatile.Read(ref _endReason) ?? TargetStatus.ConnectionLost;

    private string KindOf(Exception fault) => Volatile.Read(ref _closing)
        ? TargetStatus.ConnectionLost
        : (fault as HttpProtocolException ?? fault.InnerException as HttpProtocolException) is { } protocol ? $"HTTP/2 error {protocol.ErrorCode}" : TargetStatus.ConnectionLost;
}
