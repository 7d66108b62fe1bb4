using System.Buffers;
using System.Threading.Tasks.Sources;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Wire.Calls;

/// <summary>One outstanding request: the source of the <see cref="ValueTask{TResult}"/> its caller awaits.</summary>
/// <remarks>
/// Pooled. Rented by <see cref="PendingCallTable"/>, completed exactly once by whichever comes first of answer, time-out, cancellation and connection
/// loss (<see cref="TryClaim"/> decides), and returned to the pool when the caller takes the result. The caller goes on on the thread pool,
/// never on the thread that received the answer.
/// </remarks>
internal sealed class PendingCall : IValueTaskSource<CallOutcome>
{
    private const long Open = 1;
    private const long Done = 2;

    private readonly PendingCallTable _table;
    private ManualResetValueTaskSourceCore<CallOutcome> _source = new() { RunContinuationsAsynchronously = true };

    // generation << 2 | phase: a completion meant for an earlier use of this object cannot end a later one.
    private long _state;
    private Func<ReadOnlySequence<byte>, IMessage>? _parse;
    private CancellationTokenRegistration _cancellation;

    public PendingCall(PendingCallTable table, int slot)
    {
        _table = table;
        Slot = slot;
    }

    public int Slot { get; }

    public uint Generation { get; private set; }

    public ulong CorrelationId => ((ulong)Generation << 32) | (uint)Slot;

    /// <summary>Wheel time at which it was sent, and what it may take.</summary>
    public long StartedAt { get; private set; }

    public int TimeoutMilliseconds { get; private set; }

    public bool IsOpen => (Volatile.Read(ref _state) & Open) != 0;

    public ValueTask<CallOutcome> Task => new(this, _source.Version);

    public void Begin(Func<ReadOnlySequence<byte>, IMessage> parse, long startedAt, int timeoutMilliseconds)
    {
        _parse = parse;
        StartedAt = startedAt;
        TimeoutMilliseconds = timeoutMilliseconds;
        Generation++;
        Volatile.Write(ref _state, ((long)Generation << 2) | Open);
    }

    public void CancelWith(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(static state => ((PendingCall)state!).OnCancelled(), this);
        }
    }

    /// <summary>True for exactly one caller per use.</summary>
    public bool TryComplete(uint generation, CallOutcome outcome)
    {
        if (!TryClaim(generation))
        {
            return false;
        }

        _source.SetResult(outcome);
        return true;
    }

    /// <summary>Completes with an answer; parsing happens here because the bytes are gone afterwards.</summary>
    public bool TryCompleteWithAnswer(uint generation, bool isError, ReadOnlySequence<byte> body)
    {
        if (!TryClaim(generation))
        {
            return false;
        }

        CallOutcome outcome;
        try
        {
            outcome = isError
                ? new CallOutcome(CallStatus.Refused, Error: ErrorReply.Parser.ParseFrom(body))
                : new CallOutcome(CallStatus.Replied, _parse!(body));
        }
#pragma warning disable CA1031 // The call is claimed: unless it gets a result here, its caller waits for ever.
        catch (Exception)
#pragma warning restore CA1031
        {
            outcome = new CallOutcome(CallStatus.MalformedReply);
        }

        _source.SetResult(outcome);
        return true;
    }

    public CallOutcome GetResult(short token)
    {
        CallOutcome outcome = _source.GetResult(token);
        _cancellation.Dispose();
        _cancellation = default;
        _parse = null;
        _source.Reset();
        _table.Return(this);
        return outcome;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private bool TryClaim(uint generation)
    {
        long open = ((long)generation << 2) | Open;
        return Interlocked.CompareExchange(ref _state, ((long)generation << 2) | Done, open) == open;
    }

    private void OnCancelled()
    {
        // GetResult disposes of the registration and that waits for this callback, so that the object is not in its next use yet.
        if (!TryClaim(Generation))
        {
            return;
        }

        try
        {
            _table.Cancelled(CorrelationId);
        }
        finally
        {
            // Last: once it is set, the caller may already be waiting in GetResult for this callback to end.
            _source.SetResult(new CallOutcome(CallStatus.Cancelled));
        }
    }
}
