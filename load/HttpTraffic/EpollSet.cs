using System.Runtime.InteropServices;

namespace FastRegistry.Load.HttpTraffic;

/// <summary>Waits for many sockets at once. Linux only.</summary>
/// <remarks>Owned by one loop and used by its thread. Closed sockets leave it by themselves.</remarks>
internal sealed unsafe partial class EpollSet : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int ControlAdd = 1;
    private const uint Readable = 1;
    private const int Capacity = 512;
    private const int Interrupted = 4;
    private const long NanosecondsPerSecond = 1_000_000_000;

    // struct epoll_event { uint32_t events; epoll_data_t data; } is packed on x86 and aligned elsewhere.
    private static readonly bool Packed = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    private readonly byte[] _events = new byte[Capacity * EventBytes];
    private readonly int _descriptor;

    /// <exception cref="IOException">The kernel refuses, for want of descriptors most likely.</exception>
    public EpollSet()
    {
        _descriptor = Create(CloseOnExec);
        ThrowIfNegative(_descriptor);
    }

    private static int EventBytes => Packed ? 12 : 16;

    private static int DataOffset => Packed ? 4 : 8;

    /// <param name="number">Comes back from <see cref="NumberAt"/>.</param>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public void Add(nint socket, int number)
    {
        Span<byte> layout = stackalloc byte[EventBytes];
        layout.Clear();
        MemoryMarshal.Write(layout, Readable);
        MemoryMarshal.Write(layout[DataOffset..], number);
        fixed (byte* first = layout)
        {
            ThrowIfNegative(Control(_descriptor, ControlAdd, (int)socket, first));
        }
    }

    /// <summary>Waits until a socket can be read or has ended.</summary>
    /// <returns>How many; 0 when the time is over.</returns>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public int Wait(long nanoseconds)
    {
        Timespec time = new(nanoseconds / NanosecondsPerSecond, nanoseconds % NanosecondsPerSecond);
        fixed (byte* first = _events)
        {
            int count = WaitFor(_descriptor, first, Capacity, in time, 0);
            if (count < 0 && Marshal.GetLastPInvokeError() == Interrupted)
            {
                return 0;
            }

            ThrowIfNegative(count);
            return count;
        }
    }

    /// <summary>The number of a socket that the last wait reported.</summary>
    public int NumberAt(int index) => MemoryMarshal.Read<int>(_events.AsSpan((index * EventBytes) + DataOffset));

    public void Dispose() => _ = Close(_descriptor);

    private static void ThrowIfNegative(int result)
    {
        if (result < 0)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int epoll, int operation, int descriptor, byte* epollEvent);

    // Waits in nanoseconds; since Linux 5.11 and glibc 2.35.
    [LibraryImport("libc", EntryPoint = "epoll_pwait2", SetLastError = true)]
    private static partial int WaitFor(int epoll, byte* events, int maximum, in Timespec timeout, nint signals);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    private readonly record struct Timespec(long Seconds, long Nanoseconds);
}
