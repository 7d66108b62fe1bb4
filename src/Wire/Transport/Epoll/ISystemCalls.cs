namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>The system calls of the epoll transport, as the kernel defines them; tests put a kernel that misbehaves in between.</summary>
/// <remarks>
/// Thread-safe. Every call returns what the kernel returned, or the negated <see cref="Errno"/>; none throws, none blocks but <see cref="Wait"/>. Production
/// has one implementation, <see cref="LinuxSystemCalls"/>, which stands beside the loop that makes most of the calls; a system call costs several hundred
/// times as much as the dispatch.
/// </remarks>
internal interface ISystemCalls
{
    int CreateEpoll();

    /// <summary>A counter that wakes whoever waits for it.</summary>
    int CreateEvent();

    int Add(int epoll, int descriptor, EpollEvents events, ulong data);

    int Remove(int epoll, int descriptor);

    /// <summary>Fills <paramref name="events"/>; 0 = the time is over. A time-out of -1 is for ever.</summary>
    int Wait(int epoll, EventBuffer events, int timeoutMilliseconds);

    int Signal(int eventDescriptor);

    /// <summary>The next connection, non-blocking and closed on exec.</summary>
    int Accept(int listener);

    int Receive(int descriptor, Span<byte> buffer);

    /// <summary>How many bytes could be received, as far as it matters: 1 for any; 0 = the end.</summary>
    int Peek(int descriptor);

    int Send(int descriptor, ReadOnlySpan<byte> bytes);

    /// <summary>Sends FIN.</summary>
    int ShutdownSending(int descriptor);

    int Close(int descriptor);

    /// <summary>Closing will drop what the kernel still holds and tell the peer by a reset.</summary>
    int ResetOnClose(int descriptor);

    /// <summary>Writes the peer's address and returns its length.</summary>
    int GetPeerAddress(int descriptor, Span<byte> address);
}

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

    /// <summary>The events a connection waits for. Writability is always among them: edge-triggered, it is reported only after a send that found no
    /// room.</summary>
    Connection = Readable | Writable | PeerHangUp | EdgeTriggered,

    /// <summary>Reading will find an end or an error, whatever comes first.</summary>
    Ending = Error | HangUp | PeerHangUp,
}
