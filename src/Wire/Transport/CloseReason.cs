using System.Net.Sockets;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Wire.Transport;

/// <summary>Why a connection ended. The first reason wins and is kept.</summary>
/// <param name="Kind">The party or the event that ended it.</param>
/// <param name="GoAway">The goaway that was sent or received; <see cref="GoAwayReason.None"/> otherwise.</param>
/// <param name="Text">For people; may be empty.</param>
/// <param name="Fault">The exception behind it, if there is one.</param>
public sealed record CloseReason(CloseKind Kind, GoAwayReason GoAway = GoAwayReason.None, string Text = "", Exception? Fault = null)
{
    /// <summary>The peer closed its side.</summary>
    public static CloseReason PeerClosed { get; } = new(CloseKind.PeerClosed);

    /// <summary>The peer reset the connection.</summary>
    public static CloseReason PeerReset { get; } = new(CloseKind.PeerReset);

    /// <summary>This side stopped using the connection.</summary>
    public static CloseReason Aborted { get; } = new(CloseKind.Aborted);

    /// <summary>This side sent a goaway.</summary>
    public static CloseReason Sent(GoAwayReason reason, string text) => new(CloseKind.GoAwaySent, reason, text);

    /// <summary>The peer sent a goaway.</summary>
    public static CloseReason Received(GoAwayReason reason, string text) => new(CloseKind.GoAwayReceived, reason, text);

    /// <summary>Why a connection ended, by the error of the operating system: tells a peer that went away from an operation that failed.</summary>
    internal static CloseReason FromSocketError(SocketError error) => error switch
    {
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.TimedOut
            or SocketError.NetworkReset or SocketError.HostUnreachable or SocketError.NetworkUnreachable => PeerReset,
        SocketError.OperationAborted or SocketError.Interrupted => Aborted,
        _ => new CloseReason(CloseKind.IoError, Text: error.ToString()),
    };

    /// <summary>Why a connection ended, by an exception that nothing expected; the socket's error inside it decides where there is one.</summary>
    internal static CloseReason FromFault(Exception fault) => fault switch
    {
        SocketException socket => FromSocketError(socket.SocketErrorCode) with { Fault = fault },
        { InnerException: SocketException socket } => FromSocketError(socket.SocketErrorCode) with { Fault = fault },
        _ => new CloseReason(CloseKind.IoError, Text: fault.Message, Fault: fault),
    };

    /// <inheritdoc/>
    public override string ToString()
    {
        string what = GoAway == GoAwayReason.None ? Kind.ToString() : $"{Kind} {GoAway}";
        return Text.Length == 0 ? what : $"{what}: {Text}";
    }
}

/// <summary>The party or the event that ended a connection.</summary>
public enum CloseKind
{
    /// <summary>The peer closed its side (FIN).</summary>
    PeerClosed,

    /// <summary>The peer reset the connection, or its host is gone.</summary>
    PeerReset,

    /// <summary>The peer sent a goaway, which has the reason.</summary>
    GoAwayReceived,

    /// <summary>This side sent a goaway, which has the reason.</summary>
    GoAwaySent,

    /// <summary>This side closed without a goaway: the peer cannot be written to, or the process ends.</summary>
    Aborted,

    /// <summary>The operating system refused an operation.</summary>
    IoError,

    /// <summary>A handler failed; the exception is attached.</summary>
    HandlerFault,
}
