using System.Net.Sockets;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>Linux error numbers this transport meets, and what they are called in .NET.</summary>
internal static class Errno
{
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int BadDescriptor = 9;
    public const int TryAgain = 11;
    public const int OutOfMemory = 12;
    public const int InvalidArgument = 22;
    public const int TooManyFilesInSystem = 23;
    public const int TooManyFiles = 24;
    public const int BrokenPipe = 32;
    public const int ConnectionAborted = 103;
    public const int ConnectionReset = 104;
    public const int NoBuffers = 105;
    public const int AlreadyConnected = 106;
    public const int NotConnected = 107;
    public const int ConnectUnderWay = 114;
    public const int InProgress = 115;
    public const int Canceled = 125;

    /// <summary>The same names that <see cref="Socket"/> gives them, so that both transports sort errors alike.</summary>
    public static SocketError ToSocketError(int errno) => errno switch
    {
        0 => SocketError.Success,
        1 or 13 => SocketError.AccessDenied,
        Interrupted => SocketError.Interrupted,
        BadDescriptor or Canceled => SocketError.OperationAborted,
        TryAgain => SocketError.WouldBlock,
        OutOfMemory or NoBuffers => SocketError.NoBufferSpaceAvailable,
        14 => SocketError.Fault,
        InvalidArgument => SocketError.InvalidArgument,
        TooManyFilesInSystem or TooManyFiles => SocketError.TooManyOpenSockets,
        BrokenPipe => SocketError.Shutdown,
        71 or ConnectionAborted => SocketError.ConnectionAborted,
        88 => SocketError.NotSocket,
        92 => SocketError.ProtocolOption,
        95 => SocketError.OperationNotSupported,
        98 => SocketError.AddressAlreadyInUse,
        99 => SocketError.AddressNotAvailable,
        100 => SocketError.NetworkDown,
        101 => SocketError.NetworkUnreachable,
        102 => SocketError.NetworkReset,
        ConnectionReset => SocketError.ConnectionReset,
        NotConnected => SocketError.NotConnected,
        110 => SocketError.TimedOut,
        111 => SocketError.ConnectionRefused,
        112 => SocketError.HostDown,
        113 => SocketError.HostUnreachable,
        InProgress => SocketError.InProgress,
        _ => SocketError.SocketError,
    };
}
