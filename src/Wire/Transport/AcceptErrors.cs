using System.Net.Sockets;

namespace FastRegistry.Wire.Transport;

/// <summary>Sorts accept errors into their tiers.</summary>
public static class AcceptErrors
{
    /// <summary>Gets the tier of an error. Unknown errors count as pressure, because waiting is safe and ending is not.</summary>
    public static AcceptErrorTier Classify(SocketError error) => error switch
    {
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Interrupted or SocketError.TimedOut
            or SocketError.NetworkDown or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.HostUnreachable
            or SocketError.ProtocolOption or SocketError.WouldBlock or SocketError.TryAgain => AcceptErrorTier.Transient,
        SocketError.NotSocket or SocketError.InvalidArgument or SocketError.OperationAborted or SocketError.OperationNotSupported
            or SocketError.Fault or SocketError.AccessDenied => AcceptErrorTier.Fatal,
        _ => AcceptErrorTier.ResourcePressure,
    };
}

/// <summary>What a failed accept means for the listener.</summary>
public enum AcceptErrorTier
{
    /// <summary>One connection was lost before it was accepted; go on at once.</summary>
    Transient,

    /// <summary>Descriptors or memory are short; wait, then go on. Connections stay in the kernel's backlog meanwhile.</summary>
    ResourcePressure,

    /// <summary>The listening socket itself is unusable; the listener ends and reports it to its host.</summary>
    Fatal,
}
