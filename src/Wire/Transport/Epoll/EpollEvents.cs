namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>Bits of <c>epoll_event.events</c>, as the kernel numbers them.</summary>
[Flags]
internal enum EpollEvents : uint
{
    None = 0,
    Readable = 0x001,
    Writable = 0x004,
    Error = 0x008,
    HangUp = 0x010,

    /// <summary>The peer has closed its side.</summary>
    PeerHangUp = 0x2000,

    /// <summary>Reported once per change, not as long as it holds.</summary>
    EdgeTriggered = 1u << 31,

    /// <summary>What a connection waits for. Writability stands in it for good: edge-triggered, it is reported only after a send that found no room.</summary>
    Connection = Readable | Writable | PeerHangUp | EdgeTriggered,

    /// <summary>Reading will find an end or an error, whatever comes first.</summary>
    Ending = Error | HangUp | PeerHangUp,
}
