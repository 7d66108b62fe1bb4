using System.Buffers;

namespace FastRegistry.Wire.Framing;

/// <summary>One whole frame inside a receive buffer; valid only until that buffer is consumed.</summary>
/// <param name="header">The header.</param>
/// <param name="body">The body without the ack prefix.</param>
/// <param name="acknowledged">The ack the frame carried, 0 = none.</param>
public readonly ref struct Frame(FrameHeader header, ReadOnlySequence<byte> body, ulong acknowledged)
{
    /// <summary>The header as received.</summary>
    public FrameHeader Header { get; } = header;

    /// <summary>The body, without the ack prefix when the frame carried one.</summary>
    public ReadOnlySequence<byte> Body { get; } = body;

    /// <summary>Push sequence the frame acknowledged by <see cref="FrameFlags.CarriesAck"/>; 0 = none.</summary>
    public ulong Acknowledged { get; } = acknowledged;
}
