using System.IO.Pipelines;

namespace FastRegistry.Tests;

/// <summary>The reader of one direction of a simulated connection: it sees the blocks that the writer filled, as far as they have arrived.</summary>
internal sealed class SimulatedReader : PipeReader
{
    private readonly SimulatedLink _link;
    private readonly SegmentChain _chain;
    private readonly Lock _lock;
    private readonly PipeWait<ReadResult> _wait;
    private long _examined;
    private bool _isCanceled;

    public SimulatedReader(SimulatedLink link, SegmentChain chain, Lock networkLock, PipeScheduler scheduler)
    {
        (_link, _chain, _lock) = (link, chain, networkLock);
        _wait = new PipeWait<ReadResult>(scheduler, TakeResult);
    }

    private bool HasResult => _isCanceled || _link.Arrived > _examined || _link.IsFinished || _link.Fault is not null;

    /// <summary>Gives what has arrived; false when nothing of it is new.</summary>
    public override bool TryRead(out ReadResult result)
    {
        lock (_lock)
        {
            ThrowIfCompletedLocked();
            bool any = HasResult;
            result = any ? TakeResult() : default;
            return any;
        }
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            ThrowIfCompletedLocked();
            return HasResult ? new ValueTask<ReadResult>(TakeResult()) : _wait.BeginLocked(Wake, cancellationToken);
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        lock (_lock)
        {
            _examined = Math.Max(_examined, _chain.OffsetOf(examined));
            if (_chain.OffsetOf(consumed) is var offset && offset > _chain.Consumed)
            {
                _chain.ConsumeTo(offset);
                _link.ConsumedLocked();
            }
        }
    }

    public override void CancelPendingRead()
    {
        lock (_lock)
        {
            _isCanceled = true;
            _wait.WakeLocked();
        }
    }

    /// <summary>Nothing more is read: what arrives from now on is answered with the news that nobody is there.</summary>
    public override void Complete(Exception? exception = null)
    {
        lock (_lock)
        {
            _link.ReaderCompletedLocked();
            _wait.WakeLocked();
        }
    }

    public void WakeLocked()
    {
        if (HasResult)
        {
            _wait.WakeLocked();
        }
    }

    private void Wake(object? state)
    {
        lock (_lock)
        {
            _wait.WakeLocked();
        }
    }

    private ReadResult TakeResult()
    {
        lock (_lock)
        {
            bool isCanceled = _isCanceled;
            _isCanceled = false;
            if (_link.IsReaderCompleted)
            {
                return new ReadResult(default, isCanceled, isCompleted: true);
            }

            // What arrived before a reset is still there.
            if (_link.Fault is { } fault && !isCanceled && _link.Arrived <= _examined)
            {
                throw fault();
            }

            return new ReadResult(_chain.ReadTo(_link.Arrived), isCanceled, _link.IsFinished);
        }
    }

    private void ThrowIfCompletedLocked()
    {
        if (_link.IsReaderCompleted)
        {
            throw new InvalidOperationException("the reader is completed");
        }
    }
}
