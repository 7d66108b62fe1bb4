using System.Threading.Tasks.Sources;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Targets.Native;

/// <summary>Something that waits for its answer: the source of the <see cref="ValueTask{TResult}"/> its caller awaits.</summary>
/// <remarks>
/// Used again and again by its connection, so that a call allocates nothing. Completed exactly once per use (<see cref="TryComplete"/> is the one gate) by
/// the answer or by the end of the connection. The caller goes on INLINE, on the thread that received the answer: a queued continuation would cost the
/// machine more than the request.
/// </remarks>
/// <param name="pool">Takes it back when the caller has taken the result; null = it stays with its owner.</param>
/// <param name="slot">Its place in <paramref name="pool"/>.</param>
internal sealed class OutstandingOperation(OutstandingCalls? pool, int slot) : IValueTaskSource<LoadResult>
{
    private const long Idle = 0;
    private const long Open = 1;
    private const long Done = 2;
    private const long PhaseMask = 3;

    private ManualResetValueTaskSourceCore<LoadResult> _source;

    // generation << 2 | phase: an answer to an earlier use cannot complete a later one.
    private long _state;

    /// <summary>Link of the pool's free list.</summary>
    public OutstandingOperation? NextFree { get; set; }

    /// <summary>Generation in the high half, slot in the low: names this use of it on its connection.</summary>
    public ulong Id => ((ulong)Generation << 32) | (uint)slot;

    public ValueTask<LoadResult> Task => new(this, _source.Version);

    private uint Generation => (uint)(Volatile.Read(ref _state) >> 2);

    /// <summary>Begins a new use. False: the last one is not over.</summary>
    public bool TryBegin()
    {
        long state = Volatile.Read(ref _state);
        long begun = ((long)((uint)(state >> 2) + 1U) << 2) | Open;
        return (state & PhaseMask) == Idle && Interlocked.CompareExchange(ref _state, begun, state) == state;
    }

    /// <summary>Completes the use that has this id, unless it is complete. The caller's continuation runs before this returns.</summary>
    public bool TryComplete(ulong id, LoadResult result)
    {
        long generation = (long)(id >> 32) << 2;
        if (Interlocked.CompareExchange(ref _state, generation | Done, generation | Open) != (generation | Open))
        {
            return false;
        }

        _source.SetResult(result);
        return true;
    }

    public LoadResult GetResult(short token)
    {
        LoadResult result = _source.GetResult(token);
        _source.Reset();
        Volatile.Write(ref _state, ((long)Generation << 2) | Idle);
        pool?.Return(this);
        return result;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
