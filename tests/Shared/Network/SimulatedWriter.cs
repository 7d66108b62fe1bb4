using System.IO.Pipelines;

namespace FastRegistry.Tests;

/// <summary>The writer of one direction of a simulated connection. A flush waits while the send buffer is full.</summary>
internal sealed class SimulatedWriter : PipeWriter
{
    private readonly SimulatedLink _link;
    private readonly SegmentChain _chain;
    private readonly Lock _lock;
    private readonly PipeWait<FlushResult> _wait;
    private bool _isCanceled;

    public SimulatedWriter(SimulatedLink link, SegmentChain chain, Lock networkLock, PipeScheduler scheduler)
    {
        (_link, _chain, _lock) = (link, chain, networkLock);
        _wait = new PipeWait<FlushResult>(scheduler, TakeResult);
    }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _chain.Uncommitted;

    /// <summary>A flush waits for room in the send buffer.</summary>
    public bool IsWaiting => _wait.IsWaiting;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        lock (_lock)
        {
            ThrowIfCompletedLocked();
            return _chain.GetMemory(sizeHint);
        }
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        lock (_lock)
        {
            _chain.Advance(bytes);
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            ThrowIfCompletedLocked();
            _chain.Commit();
            _link.WrittenLocked();
            if (!_isCanceled && _link is { Fault: null, IsReaderGone: false, IsSendBufferFull: true })
            {
                return _wait.BeginLocked(Wake, cancellationToken);
            }

            return new ValueTask<FlushResult>(TakeResult());
        }
    }

    public override void CancelPendingFlush()
    {
        lock (_lock)
        {
            _isCanceled = true;
            _wait.WakeLocked();
        }
    }

    /// <summary>Ends the stream behind what was written; with an exception, the connection is reset.</summary>
    public override void Complete(Exception? exception = null)
    {
        lock (_lock)
        {
            _chain.Commit();
            _link.WriterCompletedLocked(exception is not null);
            _wait.WakeLocked();
        }
    }

    public void WakeLocked() => _wait.WakeLocked();

    private void Wake(object? state)
    {
        lock (_lock)
        {
            _wait.WakeLocked();
        }
    }

    private FlushResult TakeResult()
    {
        lock (_lock)
        {
            bool isCanceled = _isCanceled;
            _isCanceled = false;
            if (_link.Fault is { } fault)
            {
                throw fault();
            }

            return new FlushResult(isCanceled, _link.IsReaderGone);
        }
    }

    private void ThrowIfCompletedLocked()
    {
        if (_link.IsWriterCompleted)
        {
            throw new InvalidOperationException("the writer is completed");
        }
    }
}
