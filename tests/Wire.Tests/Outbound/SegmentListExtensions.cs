using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Tests.Outbound;

/// <summary>What tests look at in a chain, and the sender's part of one.</summary>
internal static class SegmentListExtensions
{
    public static byte[] ToBytes(this in SegmentList list)
    {
        List<byte> bytes = [];
        for (OutboundSegment? segment = list.Head; segment is not null; segment = segment.Next)
        {
            bytes.AddRange(segment.Memory.Span);
        }

        return [.. bytes];
    }

    /// <summary>Plays the sender until nothing waits and returns what went out.</summary>
    public static byte[] Drain(this OutboundChain chain, TransportResources resources)
    {
        List<byte> bytes = [];
        SegmentList taken = default;
        while (chain.TryTake(ref taken, out _))
        {
            bytes.AddRange(taken.ToBytes());
            long length = taken.Bytes;
            taken.RemoveFront(length, resources.Segments);
            chain.Sent(length);
        }

        return [.. bytes];
    }
}
