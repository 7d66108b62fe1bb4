using System.Net.Sockets;

namespace FastRegistry.Wire.Transport;

/// <summary>Sorts accept errors into their tiers.</summary>
public static class AcceptErrors
{
    /// <summary>The tier of an error. Unknown errors count as pressure: waiting is safe, ending is not.</summary>
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
