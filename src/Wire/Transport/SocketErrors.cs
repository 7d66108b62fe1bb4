using System.Net.Sockets;

namespace FastRegistry.Wire.Transport;

/// <summary>Tells a peer that went away from an operation that failed.</summary>
internal static class SocketErrors
{
    /// <summary>Why a connection ended, by what the operating system said.</summary>
    public static CloseReason Classify(SocketError error) => error switch
    {
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.TimedOut
            or SocketError.NetworkReset or SocketError.HostUnreachable or SocketError.NetworkUnreachable => CloseReason.PeerReset,
        SocketError.OperationAborted or SocketError.Interrupted => CloseReason.Aborted,
        _ => new CloseReason(CloseKind.IoError, Text: error.ToString()),
    };
}
