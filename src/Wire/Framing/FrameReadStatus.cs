namespace FastRegistry.Wire.Framing;

/// <summary>What <see cref="FrameReader.TryRead"/> found at the start of a buffer.</summary>
public enum FrameReadStatus
{
    /// <summary>A whole frame; the buffer was advanced past it.</summary>
    Frame,

    /// <summary>A frame that is not complete yet; nothing was consumed.</summary>
    Incomplete,

    /// <summary>A header that ends the connection; nothing after it may be parsed.</summary>
    Refused,
}
