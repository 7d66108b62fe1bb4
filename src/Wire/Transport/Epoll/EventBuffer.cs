using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>Room for the events of one wait, in the kernel's layout. Owned by one loop.</summary>
/// <param name="capacity">Events at most.</param>
internal sealed class EventBuffer(int capacity)
{
    // struct epoll_event { uint32_t events; epoll_data_t data; } is packed on x86 and aligned elsewhere.
    private static readonly bool Packed = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    private readonly byte[] _bytes = GC.AllocateArray<byte>(capacity * EventBytes, pinned: true);

    public static int EventBytes => Packed ? 12 : 16;

    public int Capacity { get; } = capacity;

    private static int DataOffset => Packed ? 4 : 8;

    /// <summary>The first byte; the memory never moves.</summary>
    public unsafe byte* Start => (byte*)Unsafe.AsPointer(ref _bytes[0]);

    public EpollEvents EventsAt(int index) => (EpollEvents)MemoryMarshal.Read<uint>(_bytes.AsSpan(index * EventBytes));

    public ulong DataAt(int index) => MemoryMarshal.Read<ulong>(_bytes.AsSpan((index * EventBytes) + DataOffset));

    public void Set(int index, EpollEvents events, ulong data) => Write(_bytes.AsSpan(index * EventBytes, EventBytes), events, data);

    /// <summary>Writes one event in the kernel's layout.</summary>
    public static void Write(Span<byte> target, EpollEvents events, ulong data)
    {
        MemoryMarshal.Write(target, (uint)events);
        MemoryMarshal.Write(target[DataOffset..], data);
    }
}
