using System.Buffers.Binary;
using System.Threading.Tasks.Sources;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets.Grpc.Framing;

namespace FastRegistry.Load.Targets.Grpc;

/// <summary>The one heartbeat a connection may have outstanding; used again and again without an allocation.</summary>
/// <remarks>
/// Begun by whoever sends, completed once by whoever is first: the receive loop with the answer or with its end, or the sender when sending failed. The one
/// gate is the exchange of <c>Waiting</c>.
/// </remarks>
internal sealed class PendingHeartbeat : IValueTaskSource<LoadResult>
{
    private const int Idle = 0;
    private const int Waiting = 1;
    private const int Completed = 2;

    private readonly byte[] _ping = new byte[GrpcPrefix.Size + StreamMessageLayout.PingBytes];
    private ManualResetValueTaskSourceCore<LoadResult> _core;
    private ulong _token;
    private int _state;

    public PendingHeartbeat()
    {
        GrpcPrefix.Write(_ping, StreamMessageLayout.PingBytes);
        _ping[GrpcPrefix.Size] = (byte)StreamMessageKind.Ping;
    }

    /// <summary>The framed message; changes with the next beginning only.</summary>
    public ReadOnlyMemory<byte> Ping => _ping;

    /// <summary>To be awaited once after <see cref="TryBegin"/>, then <see cref="End"/>.</summary>
    public ValueTask<LoadResult> Answer => new(this, _core.Version);

    /// <summary>False while another one is outstanding.</summary>
    public bool TryBegin()
    {
        // Not Waiting at once: the answer of nothing must not complete it before it is reset.
        if (Interlocked.CompareExchange(ref _state, Completed, Idle) != Idle)
        {
            return false;
        }

        _core.Reset();
        _token++;
        BinaryPrimitives.WriteUInt64LittleEndian(_ping.AsSpan(GrpcPrefix.Size + 1), _token);
        Interlocked.Exchange(ref _state, Waiting);
        return true;
    }

    /// <summary>The answer has arrived; one to anything else is ignored.</summary>
    public void Answered(ulong token)
    {
        if (token == Volatile.Read(ref _token))
        {
            TryComplete(LoadResult.Ok(sizeBytes: sizeof(ulong)));
        }
    }

    public void TryComplete(LoadResult result)
    {
        if (Interlocked.CompareExchange(ref _state, Completed, Waiting) == Waiting)
        {
            _core.SetResult(result);
        }
    }

    /// <summary>The next one may begin.</summary>
    public void End() => Volatile.Write(ref _state, Idle);

    LoadResult IValueTaskSource<LoadResult>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<LoadResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<LoadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
