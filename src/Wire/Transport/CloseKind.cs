namespace FastRegistry.Wire.Transport;

/// <summary>Who or what ended a connection.</summary>
public enum CloseKind
{
    /// <summary>The peer closed its side (FIN).</summary>
    PeerClosed,

    /// <summary>The peer reset the connection, or its host is gone.</summary>
    PeerReset,

    /// <summary>The peer said goaway and why.</summary>
    GoAwayReceived,

    /// <summary>This side said goaway and why.</summary>
    GoAwaySent,

    /// <summary>This side closed without a word: a peer that cannot be written to, or the end of the process.</summary>
    Aborted,

    /// <summary>The operating system refused an operation.</summary>
    IoError,

    /// <summary>A handler failed; the exception is attached.</summary>
    HandlerFault,
}
