namespace FastRegistry.Wire.Transport;

/// <summary>What a handler did with the bytes it was given.</summary>
/// <param name="Consumed">Everything before it is done with and may be reused.</param>
/// <param name="Examined">Everything before it was looked at. When it is the end of the buffer, the handler is called again only with more bytes;
/// when it is not (answers filled the output), it is called again as soon as the output has drained.</param>
/// <param name="Close">When set, the connection closes after the answers written so far have been sent.</param>
public readonly record struct ReceiveResult(SequencePosition Consumed, SequencePosition Examined, CloseReason? Close = null);
