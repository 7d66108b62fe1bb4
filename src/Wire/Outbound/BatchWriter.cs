using System.IO.Pipelines;

namespace FastRegistry.Wire.Outbound;

/// <summary>Collects the answers of one received batch; the transport splices them into the connection's chain once, at the end of the batch.</summary>
/// <remarks>Pooled by the transport, used by one thread at a time, so it takes no lock. Nothing is sent while it is being filled.</remarks>
public sealed class BatchWriter : PipeWriter
{
    private readonly SegmentPool _pool;
    private SegmentList _segments;

    internal BatchWriter(SegmentPool pool) => _pool = pool;

    /// <summary>Bytes collected so far.</summary>
    public long Bytes => _segments.Bytes;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => _segments.Bytes;

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0) => _segments.GetMemory(sizeHint, _pool);

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => _segments.GetMemory(sizeHint, _pool).Span;

    /// <inheritdoc/>
    public override void Advance(int bytes) => _segments.Advance(bytes);

    /// <summary>Links a body by reference. It must never change afterwards.</summary>
    public void AppendShared(ReadOnlyMemory<byte> body) => _segments.AppendShared(body, _pool);

    /// <summary>Does nothing: the transport flushes when the batch ends.</summary>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

    /// <summary>Does nothing: there is never a pending flush.</summary>
    public override void CancelPendingFlush()
    {
    }

    /// <summary>Throws away what was collected.</summary>
    public override void Complete(Exception? exception = null) => _segments.Clear(_pool);

    internal ref SegmentList Segments => ref _segments;
}
