using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Load.Targets.Native;

/// <summary>The system calls of <see cref="EpollConnector"/>, as the kernel defines them; tests put a kernel that misbehaves in between.</summary>
/// <remarks>Thread-safe. Every call returns what the kernel returned, or the negated <see cref="Errno"/>; none throws, none blocks.</remarks>
internal interface IConnectCalls
{
    /// <summary>A TCP socket, non-blocking and closed on exec.</summary>
    int CreateSocket(AddressFamily family);

    int SetOption(int descriptor, int level, int option, int value);

    int Bind(int descriptor, ReadOnlySpan<byte> address);

    /// <summary>Begins to connect; called again, it says how far that is.</summary>
    int Connect(int descriptor, ReadOnlySpan<byte> address);

    /// <summary>The error a socket has stored, as a positive number; 0 = none.</summary>
    int TakeError(int descriptor);
}

/// <summary>The kernel itself. Stateless; thread-safe.</summary>
internal sealed unsafe partial class LinuxConnectCalls : IConnectCalls
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int StreamSocket = 1;
    private const int AddressFamilyV4 = 2;
    private const int AddressFamilyV6 = 10;
    private const int TcpProtocol = 6;
    private const int SocketLevel = 1;
    private const int SocketErrorOption = 4;

    public static LinuxConnectCalls Instance { get; } = new();

    public int CreateSocket(AddressFamily family) =>
        Result(socket(family == AddressFamily.InterNetworkV6 ? AddressFamilyV6 : AddressFamilyV4, StreamSocket | CloseOnExec | NonBlocking, TcpProtocol));

    public int SetOption(int descriptor, int level, int option, int value) => Result(setsockopt(descriptor, level, option, &value, sizeof(int)));

    public int Bind(int descriptor, ReadOnlySpan<byte> address)
    {
        fixed (byte* first = address)
        {
            return Result(bind(descriptor, first, (uint)address.Length));
        }
    }

    public int Connect(int descriptor, ReadOnlySpan<byte> address)
    {
        fixed (byte* first = address)
        {
            return Result(connect(descriptor, first, (uint)address.Length));
        }
    }

    public int TakeError(int descriptor)
    {
        int error = 0;
        uint length = sizeof(int);
        int result = Result(getsockopt(descriptor, SocketLevel, SocketErrorOption, &error, &length));
        return result < 0 ? -result : error;
    }

    // The runtime keeps errno across the return from native code.
    private static int Result(int returned) => returned >= 0 ? returned : -Marshal.GetLastSystemError();

#pragma warning disable SA1300, IDE1006, CA1707 // The C library's own names.
    [LibraryImport("libc")]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc")]
    private static partial int bind(int descriptor, byte* address, uint length);

    [LibraryImport("libc")]
    private static partial int connect(int descriptor, byte* address, uint length);

    [LibraryImport("libc")]
    private static partial int getsockopt(int descriptor, int level, int option, int* value, uint* length);

    [LibraryImport("libc")]
    private static partial int setsockopt(int descriptor, int level, int option, int* value, uint length);
#pragma warning restore SA1300, IDE1006, CA1707
}
