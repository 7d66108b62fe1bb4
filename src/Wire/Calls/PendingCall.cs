using System.Buffers;
using System.Threading.Tasks.Sources;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Timing;
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
    private const long Waiting = 3;

    // Open and waiting have it, done has not.
    private const long Live = 1;

    private readonly PendingCallTable _table;
    private ManualResetValueTaskSourceCore<CallOutcome> _source = new() { RunContinuationsAsynchronously = true };

    // generation << 2 | phase: a completion meant for an earlier use of this object cannot end a later one.
    private long _state;
    private long _startedAt;
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

    /// <summary>Wheel time from which its time counts: when it was made, or when it last made progress.</summary>
    public long StartedAt => Volatile.Read(ref _startedAt);

    public int TimeoutMilliseconds { get; private set; }

    /// <summary>It has not ended: it waits for its answer or for its place.</summary>
    public bool IsLive => (Volatile.Read(ref _state) & Live) != 0;

    public ValueTask<CallOutcome> Task => new(this, _source.Version);

    /// <summary>The request of a call that waits for its place, and its neighbours in the queue. All under the table's lock.</summary>
    public MessageType Type { get; set; }

    public IMessage? Request { get; set; }

    public PendingCall? Previous { get; set; }

    public PendingCall? Next { get; set; }

    public bool IsQueued { get; set; }

    public void Begin(Func<ReadOnlySequence<byte>, IMessage> parse, long startedAt, int timeoutMilliseconds, bool waits)
    {
        _parse = parse;
        Volatile.Write(ref _startedAt, startedAt);
        TimeoutMilliseconds = timeoutMilliseconds;
        Generation++;
        Volatile.Write(ref _state, ((long)Generation << 2) | (waits ? Waiting : Open));
    }

    /// <summary>Turns a call that waited into one that is sent. False: it ended while it waited.</summary>
    public bool TryLeaveQueue()
    {
        long waiting = ((long)Generation << 2) | Waiting;
        return Interlocked.CompareExchange(ref _state, ((long)Generation << 2) | Open, waiting) == waiting;
    }

    /// <summary>Lets the time of the call run anew from now, which only ever postpones.</summary>
    public void Progress(uint generation, TimingWheel wheel)
    {
        // In this order: when the object goes to another call in between, the start has changed and is left alone, or is the same and is not set back.
        long startedAt = Volatile.Read(ref _startedAt);
        if (Volatile.Read(ref _state) == (((long)generation << 2) | Open))
        {
            long now = wheel.Now;
            if (now > startedAt)
            {
                Interlocked.CompareExchange(ref _startedAt, now, startedAt);
            }
        }
    }

    public void CancelWith(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(static state => ((PendingCall)state!).OnCancelled(), this);
        }
    }

    /// <summary>Completes with an answer; parsing happens here because the bytes are gone afterwards. A call that was not sent takes none.</summary>
    public bool TryCompleteWithAnswer(uint generation, bool isError, ReadOnlySequence<byte> body)
    {
        if (!TryMove(generation, Open))
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

        // First the place: the caller may make its next call at once.
        _table.ReleasePlace();
        _source.SetResult(outcome);
        return true;
    }

    /// <summary>Ends a call whose request could not be sent: its caller gets the exception.</summary>
    public void Fail(uint generation, Exception exception)
    {
        if (TryMove(generation, Open))
        {
            _table.ReleasePlace();
            _source.SetException(exception);
        }
    }

    /// <summary>True for exactly one caller per use, who must then call <see cref="SetEnded"/>.</summary>
    /// <param name="generation">The use that is meant.</param>
    /// <param name="waited">It waited for its place, so it was never sent.</param>
    public bool TryClaim(uint generation, out bool waited)
    {
        // A call that waits may be sent meanwhile; one that was sent never waits again.
        waited = TryMove(generation, Waiting);
        return waited || TryMove(generation, Open);
    }

    /// <summary>Gives the caller the end of a call that was claimed. The object may be in its next use afterwards.</summary>
    public void SetEnded(CallStatus status) => _source.SetResult(new CallOutcome(status));

    public CallOutcome GetResult(short token)
    {
        // A wrong token throws here already.
        bool ended = _source.GetStatus(token) != ValueTaskSourceStatus.Pending;
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            if (ended)
            {
                _cancellation.Dispose();
                _cancellation = default;
                _parse = null;
                _source.Reset();
                _table.Return(this);
            }
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private bool TryMove(uint generation, long from)
    {
        long expected = ((long)generation << 2) | from;
        return Interlocked.CompareExchange(ref _state, ((long)generation << 2) | Done, expected) == expected;
    }

    private void OnCancelled()
    {
        // GetResult disposes of the registration and that waits for this callback, so that the object is not in its next use yet.
        if (TryClaim(Generation, out bool waited))
        {
            _table.Abandon(this, waited, CallStatus.Cancelled);
        }
    }
}
