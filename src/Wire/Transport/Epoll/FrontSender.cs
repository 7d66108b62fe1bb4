using System.Runtime.CompilerServices;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>Sends the front of a chain in one call.</summary>
internal static class FrontSender
{
    // Small segments go out together, copied: that costs less than a call that takes many pieces, or many calls.
    private const int GatheredBytes = 16 * 1024;

    /// <summary>Returns what the kernel took, or its error.</summary>
    /// <param name="system">System calls.</param>
    /// <param name="descriptor">The connection.</param>
    /// <param name="head">First segment of the chain.</param>
    /// <param name="maximumBytes">Bytes at most.</param>
    public static int Send(ISystemCalls system, int descriptor, OutboundSegment head, int maximumBytes)
    {
        ReadOnlySpan<byte> first = head.Memory.Span;
        return head.Next is null || first.Length >= GatheredBytes
            ? system.Send(descriptor, first[..Math.Min(first.Length, maximumBytes)])
            : SendGathered(system, descriptor, head, maximumBytes);
    }

    [SkipLocalsInit]
    private static int SendGathered(ISystemCalls system, int descriptor, OutboundSegment head, int maximumBytes)
    {
        Span<byte> gathered = stackalloc byte[GatheredBytes];
        gathered = gathered[..Math.Min(GatheredBytes, maximumBytes)];
        int bytes = 0;
        for (OutboundSegment? segment = head; segment is not null && bytes < gathered.Length; segment = segment.Next)
        {
            ReadOnlySpan<byte> part = segment.Memory.Span;
            part = part[..Math.Min(part.Length, gathered.Length - bytes)];
            part.CopyTo(gathered[bytes..]);
            bytes += part.Length;
        }

        return system.Send(descriptor, gathered[..bytes]);
    }
}
