using FastRegistry.Wire.Buffers;

namespace FastRegistry.Wire.Outbound;

/// <summary>One link of an outbound chain: either a pooled block that is being filled, or a reference to a shared body.</summary>
/// <remarks>Pooled. Owned by whoever holds the <see cref="SegmentList"/> it is in; never touched by two threads at a time.</remarks>
internal sealed class OutboundSegment
{
    /// <summary>What is to be sent.</summary>
    public ReadOnlyMemory<byte> Memory;

    /// <summary>The block behind <see cref="Memory"/>; null for a shared body, which the garbage collector owns.</summary>
    public Block? Block;

    public OutboundSegment? Next;

    /// <summary>Bytes of <see cref="Block"/> in use; the rest may still be filled while the segment is the tail of its list.</summary>
    public int Used;
}
