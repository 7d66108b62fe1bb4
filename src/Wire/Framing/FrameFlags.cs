namespace FastRegistry.Wire.Framing;

/// <summary>Modifiers of a frame.</summary>
/// <remarks>
/// <code>
///  bit   7    6    5    4    3    2    1    0
///      +----+----+----+----+----+----+----+----+
///      | SK |  reserved    | ES | AN | ER | CA |
///      +----+----+----+----+----+----+----+----+
/// </code>
/// Reserved bits are sent as zero and ignored by the receiver.
/// </remarks>
[Flags]
public enum FrameFlags : byte
{
    /// <summary>A plain frame.</summary>
    None = 0,

    /// <summary>CA: the body starts with an <see cref="AckBody"/> that is not part of the message.</summary>
    CarriesAck = 0x01,

    /// <summary>ER, responses only: the body is an <c>ErrorReply</c>.</summary>
    Error = 0x02,

    /// <summary>AN, pushes only: acknowledge at once instead of with the next frame.</summary>
    AckNow = 0x04,

    /// <summary>ES, chunks only: the last piece of its stream.</summary>
    EndOfStream = 0x08,

    /// <summary>SK: a receiver that does not know the kind skips the frame instead of closing.</summary>
    Skippable = 0x80,
}
