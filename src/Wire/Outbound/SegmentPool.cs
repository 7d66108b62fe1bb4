using FastRegistry.Wire.Buffers;
using Microsoft.Extensions.ObjectPool;

namespace FastRegistry.Wire.Outbound;

/// <summary>Where segments and their blocks come from and go back to. Any thread.</summary>
internal sealed class SegmentPool(BlockPool blocks)
{
    private readonly DefaultObjectPool<OutboundSegment> _segments = new(new SegmentPolicy(), maximumRetained: 4096);

    public OutboundSegment RentBlock(int minimumBytes)
    {
        OutboundSegment segment = _segments.Get();
        segment.Block = blocks.RentBlock(minimumBytes);
        return segment;
    }

    public OutboundSegment RentShared(ReadOnlyMemory<byte> body)
    {
        OutboundSegment segment = _segments.Get();
        segment.Memory = body;
        return segment;
    }

    public void Return(OutboundSegment segment)
    {
        segment.Block?.Release();
        segment.Block = null;
        segment.Memory = default;
        segment.Next = null;
        segment.Used = 0;
        _segments.Return(segment);
    }

    private sealed class SegmentPolicy : PooledObjectPolicy<OutboundSegment>
    {
        public override OutboundSegment Create() => new();

        public override bool Return(OutboundSegment obj) => true;
    }
}
