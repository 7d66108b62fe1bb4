using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>The kernel itself. Stateless; any thread.</summary>
internal sealed unsafe partial class LinuxSystemCalls : ISystemCalls
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int NoSignal = 0x4000;
    private const int LookOnly = 0x2;
    private const int ControlAdd = 1;
    private const int ControlRemove = 2;
    private const int ShutdownWrite = 1;
    private const int StreamSocket = 1;
    private const int AddressFamilyV4 = 2;
    private const int AddressFamilyV6 = 10;
    private const int TcpProtocol = 6;
    private const int SocketLevel = 1;
    private const int SocketErrorOption = 4;
    private const int LingerOption = 13;

    public static LinuxSystemCalls Instance { get; } = new();

    public int CreateEpoll() => Result(epoll_create1(CloseOnExec));

    public int CreateEvent() => Result(eventfd(0, CloseOnExec | NonBlocking));

    public int Add(int epoll, int descriptor, EpollEvents events, ulong data)
    {
        Span<byte> layout = stackalloc byte[EventBuffer.EventBytes];
        EventBuffer.Write(layout, events, data);
        fixed (byte* first = layout)
        {
            return Result(epoll_ctl(epoll, ControlAdd, descriptor, first));
        }
    }

    public int Remove(int epoll, int descriptor) => Result(epoll_ctl(epoll, ControlRemove, descriptor, null));

    public int Wait(int epoll, EventBuffer events, int timeoutMilliseconds) =>
        Result(epoll_wait(epoll, events.Start, events.Capacity, timeoutMilliseconds));

    public int Signal(int eventDescriptor)
    {
        ulong one = 1;
        return Result((int)write(eventDescriptor, (byte*)&one, sizeof(ulong)));
    }

    public int Accept(int listener) => Result(accept4(listener, null, null, CloseOnExec | NonBlocking));

    public int Receive(int descriptor, Span<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            return Result((int)recv(descriptor, first, (nuint)buffer.Length, 0));
        }
    }

    public int Peek(int descriptor)
    {
        byte first;
        return Result((int)recv(descriptor, &first, 1, LookOnly));
    }

    public int Send(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            return Result((int)send(descriptor, first, (nuint)bytes.Length, NoSignal));
        }
    }

    public int ShutdownSending(int descriptor) => Result(shutdown(descriptor, ShutdownWrite));

    public int Close(int descriptor) => Result(close(descriptor));

    public int ResetOnClose(int descriptor)
    {
        // struct linger { int l_onoff; int l_linger; }: on, and no time.
        int* linger = stackalloc int[2] { 1, 0 };
        return Result(setsockopt(descriptor, SocketLevel, LingerOption, linger, 2 * sizeof(int)));
    }

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

    public int GetPeerAddress(int descriptor, Span<byte> address)
    {
        uint length = (uint)address.Length;
        fixed (byte* first = address)
        {
            int result = Result(getpeername(descriptor, first, &length));
            return result < 0 ? result : (int)length;
        }
    }

    // The runtime keeps errno across the return from native code.
    private static int Result(int returned) => returned >= 0 ? returned : -Marshal.GetLastSystemError();

#pragma warning disable SA1300, IDE1006, CA1707 // The C library's own names.
    [LibraryImport("libc")]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc")]
    private static partial int epoll_ctl(int epoll, int operation, int descriptor, byte* epollEvent);

    [LibraryImport("libc")]
    private static partial int epoll_wait(int epoll, byte* events, int maximum, int timeout);

    [LibraryImport("libc")]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc")]
    private static partial nint write(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc")]
    private static partial int accept4(int descriptor, byte* address, uint* length, int flags);

    [LibraryImport("libc")]
    private static partial nint recv(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc")]
    private static partial nint send(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc")]
    private static partial int shutdown(int descriptor, int how);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

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

    [LibraryImport("libc")]
    private static partial int getpeername(int descriptor, byte* address, uint* length);
#pragma warning restore SA1300, IDE1006, CA1707
}
