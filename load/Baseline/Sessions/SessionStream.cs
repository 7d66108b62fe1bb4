using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Load.Baseline.Sessions;

/// <summary>The server's half of a client's stream: messages go out in order, and nobody waits for Kestrel.</summary>
/// <remarks>
/// One per stream. Any thread writes. Who finds no flush under way writes into Kestrel's buffer and flushes; what others bring meanwhile waits by reference and
/// goes out with the next flush, on the thread that ends the one before. So only one thread at a time touches the writer, and it may not be touched once the
/// request is over: <see cref="EndAsync"/> waits for the flush that is under way.
/// </remarks>
internal sealed class SessionStream
{
    // Beyond it a push is put off until everything has gone out.
    private const int MaximumWaitingBytes = 1024 * 1024;

    private readonly Lock _streamLock = new();
    private readonly PipeWriter _writer;
    private readonly Action _drained;
    private readonly Action _onFlushed;
    private ConfiguredValueTaskAwaitable<FlushResult>.ConfiguredValueTaskAwaiter _flush;
    private Queue<StreamMessage>? _waiting;
    private TaskCompletionSource? _idle;
    private long _waitingBytes;
    private bool _flushing;
    private bool _ended;

    /// <param name="writer">Of the response.</param>
    /// <param name="drained">Called when nothing waits any more; it may write.</param>
    public SessionStream(PipeWriter writer, Action drained)
    {
        _writer = writer;
        _drained = drained;
        _onFlushed = OnFlushed;
    }

    /// <summary>Nothing is on its way out. False: when what is on its way has gone, <c>drained</c> is called.</summary>
    public bool IsDrained()
    {
        lock (_streamLock)
        {
            return !_flushing;
        }
    }

    /// <summary>Takes a message unless too much waits already.</summary>
    public AppendOutcome TryWrite(in StreamMessage message)
    {
        lock (_streamLock)
        {
            if (_ended)
            {
                return AppendOutcome.Closed;
            }

            if (_flushing)
            {
                if (_waitingBytes > MaximumWaitingBytes)
                {
                    return AppendOutcome.AboveHighWaterMark;
                }

                _waiting ??= new Queue<StreamMessage>();
                _waiting.Enqueue(message);
                _waitingBytes += message.Bytes;
                return AppendOutcome.Appended;
            }

            message.Write(_writer);
            _flushing = true;
        }

        Flush();
        return AppendOutcome.Appended;
    }

    /// <summary>Nothing is written after this. Completes when the writer is free.</summary>
    public Task EndAsync()
    {
        lock (_streamLock)
        {
            _ended = true;
            if (!_flushing)
            {
                return Task.CompletedTask;
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    private void Flush()
    {
        do
        {
#pragma warning disable CA2012 // The awaiter is kept until the flush ends and its result is taken once, by FinishFlush.
            _flush = _writer.FlushAsync().ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
            if (!_flush.IsCompleted)
            {
                _flush.UnsafeOnCompleted(_onFlushed);
                return;
            }
        }
        while (FinishFlush());
    }

    private void OnFlushed()
    {
        if (FinishFlush())
        {
            Flush();
        }
    }

    /// <summary>Takes a flush's result and writes what came meanwhile; true when that is to be flushed.</summary>
    private bool FinishFlush()
    {
        bool broken = IsFlushBroken();
        TaskCompletionSource? idle;
        lock (_streamLock)
        {
            _ended |= broken;
            if (!_ended && _waiting is { Count: > 0 })
            {
                while (_waiting.TryDequeue(out StreamMessage message))
                {
                    message.Write(_writer);
                }

                _waitingBytes = 0;
                return true;
            }

            _flushing = false;
            _waiting = _ended ? null : _waiting;
            idle = _idle;
        }

        idle?.SetResult();
        _drained();
        return false;
    }

    private bool IsFlushBroken()
    {
        try
        {
            FlushResult flushed = _flush.GetResult();
            return flushed.IsCompleted || flushed.IsCanceled;
        }
#pragma warning disable CA1031 // Whatever it is, nothing more can be sent; the reading side hears of the end too and says so.
        catch (Exception)
#pragma warning restore CA1031
        {
            return true;
        }
    }
}
