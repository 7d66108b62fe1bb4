using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>One event loop: waits for the kernel, calls what is ready, and runs what other threads post.</summary>
/// <remarks>
/// <para>
/// Owner and lifetime: <see cref="EpollTransport"/> makes it and ends it by <see cref="Stop"/>; <see cref="End"/> ends everything that it still watches.
/// </para>
/// <para>
/// Threads: <see cref="Step"/> is the whole loop and is called by one thread: its own, which runs <see cref="Run"/>, or a test that pumps it.
/// <see cref="Post"/> is thread-safe, after the end too: then the poster runs the item itself. Everything else is for the loop's thread.
/// </para>
/// <para>Locks: none but <c>_endLock</c>, which makes posters take turns after the end. A handler that blocks holds up every connection of the loop.</para>
/// <para>
/// Bounds: 256 events per wait; one receive buffer for all connections; the inbox holds each item at most once; the table of sources grows with what is
/// watched, and that is bounded by the process' descriptors.
/// </para>
/// </remarks>
internal sealed partial class EpollLoop
{
    // Room in front of the received bytes for what the handler left of the last receive, so that it sees one piece.
    public const int FrontBytes = BlockPool.BlockBytes;
    public const int ReceiveBytes = 64 * 1024;

    private const int EventsPerWait = 256;
    private const ulong InboxData = 0;

    private readonly int _epoll;
    private readonly LoopInbox _inbox;
    private readonly EventBuffer _events = new(EventsPerWait);
    private readonly SourceTable _sources = new();
    private readonly byte[] _received = GC.AllocateUninitializedArray<byte>(FrontBytes + ReceiveBytes, pinned: true);
    private readonly long _spinTicks;
    private readonly Action<Exception>? _faulted;
    private readonly Lock _endLock = new();

    private bool _stopping;
    private bool _ended;
    private bool _busy;
    private long _waits;
    private long _eventCount;

    public ISystemCalls System { get; }

    /// <summary>Largest amount in one send.</summary>
    public int MaximumSendBytes { get; }

    /// <summary>How many connections, listeners and attempts to connect it watches. Exact on the loop's thread, an estimate elsewhere.</summary>
    public int Sources => _sources.Count;

    /// <summary>True once the loop has ended and watches nothing any more. Thread-safe, but only a hint: it may end at any moment.</summary>
    public bool HasEnded => Volatile.Read(in _ended);

    /// <summary>How often the loop has waited so far, and how many events that brought.</summary>
    public (long Waits, long Events) Counts => (Volatile.Read(ref _waits), Volatile.Read(ref _eventCount));

    /// <summary>Runs until <see cref="Stop"/>.</summary>
    public void Run()
    {
        try
        {
            while (!_stopping)
            {
                Step(Timeout.Infinite);
            }
        }
#pragma warning disable CA1031 // The kernel refuses to wait, so no source would ever be served again: all of them end below, and the process lives.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Report(fault);
        }

        End();
    }

    /// <summary>Runs what is posted, then waits at most <paramref name="timeoutMilliseconds"/> and handles what comes.</summary>
    public void Step(int timeoutMilliseconds)
    {
        RunInbox();
        if (_stopping)
        {
            return;
        }

        int count = _busy && timeoutMilliseconds != 0 ? Spin() : 0;
        if (count == 0)
        {
            // No sleep when the caller asks for a look only, or when an item has posted itself again.
            bool sleeps = timeoutMilliseconds != 0 && _inbox.TrySleep();
            count = Wait(sleeps ? timeoutMilliseconds : 0);
            _inbox.Awake();
        }

        _busy = count > 0 && _spinTicks > 0;
        for (int i = 0; i < count; i++)
        {
            if (_sources.Find(_events.DataAt(i)) is { } source)
            {
                Handle(source, _events.EventsAt(i));
            }
        }
    }

    /// <summary>Has an item run on the loop. Thread-safe.</summary>
    public void Post(ILoopItem item)
    {
        _inbox.Post(item);
        if (Volatile.Read(ref _ended))
        {
            RunInboxAfterEnd();
        }
    }

    /// <summary>One receive into the loop's buffer, behind <see cref="FrontBytes"/>.</summary>
    public int Receive(int descriptor) => System.Receive(descriptor, _received.AsSpan(FrontBytes));

    /// <summary>What was received last, with <paramref name="front"/> put before it. Valid until the next receive.</summary>
    public ReadOnlyMemory<byte> Received(int bytes, ReadOnlySpan<byte> front = default)
    {
        front.CopyTo(_received.AsSpan(FrontBytes - front.Length));
        return _received.AsMemory(FrontBytes - front.Length, front.Length + bytes);
    }

    /// <summary>Polls for a while before the loop sleeps: under load, a wake-up of the processor costs more than the time between two events.</summary>
    private int Spin()
    {
        long end = Stopwatch.GetTimestamp() + _spinTicks;
        do
        {
            int count = Wait(0);
            if (count > 0 || !_inbox.IsEmpty)
            {
                return count;
            }
        }
        while (Stopwatch.GetTimestamp() < end);

        return 0;
    }

    private int Wait(int timeoutMilliseconds)
    {
        int count = System.Wait(_epoll, _events, timeoutMilliseconds);
        _waits++;
        if (count >= 0)
        {
            _eventCount += count;
            return count;
        }

        return count == -Errno.Interrupted ? 0 : throw new IOException($"the kernel refuses to wait for events: error {-count}");
    }

    private void RunInbox()
    {
        for (ILoopItem? item = _inbox.TakeAll(); item is not null;)
        {
            // While it runs, the item may be posted again, which changes its link.
            ILoopItem? next = item.NextInInbox;
            try
            {
                item.RunOnLoop();
            }
#pragma warning disable CA1031 // Connections end by their own faults; what comes up to here is a defect of one item and must not end the others.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Report(fault);
            }

            item = next;
        }
    }

    private void Handle(ILoopSource source, EpollEvents events)
    {
        try
        {
            source.OnReady(events);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Report(fault);
        }
    }
}

/// <summary>The owner of a descriptor that a loop watches. Called on the loop's thread only.</summary>
internal interface ILoopSource
{
    /// <summary>The kernel has reported events.</summary>
    void OnReady(EpollEvents events);

    /// <summary>The loop ends for good: everything that depends on it must end now.</summary>
    void OnLoopEnding();
}

/// <summary>Work that any thread may post to a loop.</summary>
/// <remarks>It is in the inbox at most once at a time and carries the link itself, so that a post allocates nothing.</remarks>
internal interface ILoopItem
{
    /// <summary>The link of the inbox' list.</summary>
    ILoopItem? NextInInbox { get; set; }

    /// <summary>Runs on the loop's thread. From now on it may be posted again.</summary>
    void RunOnLoop();
}

/// <summary>Holds what other threads have posted to a loop, and wakes the loop when it sleeps.</summary>
/// <remarks>
/// A post is thread-safe and lock-free; only the loop takes. Bounded by the number of items, each of which is in it at most once. A post costs a system
/// call only when it is the first that finds the loop asleep.
/// </remarks>
/// <param name="system">System calls.</param>
/// <param name="eventDescriptor">What the loop watches; closed by <see cref="Close"/>.</param>
internal sealed class LoopInbox(ISystemCalls system, int eventDescriptor)
{
    private DescriptorLease _event = new(eventDescriptor);
    private ILoopItem? _last;
    private int _asleep;

    public bool IsEmpty => Volatile.Read(ref _last) is null;

    public void Post(ILoopItem item)
    {
        ILoopItem? last;
        do
        {
            last = Volatile.Read(ref _last);
            item.NextInInbox = last;
        }
        while (Interlocked.CompareExchange(ref _last, item, last) != last);

        // Full fence above: either this sees the sleeper, or the sleeper sees the item.
        if (Volatile.Read(ref _asleep) != 0 && Interlocked.Exchange(ref _asleep, 0) != 0)
        {
            Wake();
        }
    }

    /// <summary>Takes all items, oldest first, linked by <see cref="ILoopItem.NextInInbox"/>.</summary>
    public ILoopItem? TakeAll()
    {
        if (IsEmpty)
        {
            return null;
        }

        ILoopItem? newest = Interlocked.Exchange(ref _last, null);
        ILoopItem? oldest = null;
        while (newest is not null)
        {
            ILoopItem? next = newest.NextInInbox;
            newest.NextInInbox = oldest;
            oldest = newest;
            newest = next;
        }

        return oldest;
    }

    /// <summary>Announces that the loop is about to sleep. False: an item is there, so it must not.</summary>
    public bool TrySleep()
    {
        Interlocked.Exchange(ref _asleep, 1);
        if (IsEmpty)
        {
            return true;
        }

        Volatile.Write(ref _asleep, 0);
        return false;
    }

    public void Awake() => Volatile.Write(ref _asleep, 0);

    public void Close() => _event.Return(system);

    private void Wake()
    {
        // The loop may have ended meanwhile, and the number of its descriptor may belong to another file by now.
        if (_event.TryTake())
        {
            while (system.Signal(_event.Descriptor) == -Errno.Interrupted)
            {
                // A wake-up that is lost would leave the loop asleep for good.
            }

            _event.Return(system);
        }
    }
}

/// <summary>Maps an event to its source by a slot and its generation, packed into the 64 bits that the kernel hands back.</summary>
/// <remarks>
/// One per loop, used by its thread only. The generation grows whenever a slot is given up, so an event that was under way for a former source finds no
/// source, although the slot and the descriptor have new owners.
/// </remarks>
internal sealed class SourceTable
{
    private const int FirstCapacity = 64;

    private ILoopSource?[] _sources = new ILoopSource?[FirstCapacity];
    private uint[] _generations = new uint[FirstCapacity];
    private int[] _nextFree = new int[FirstCapacity];
    private int _used;
    private int _firstFree = -1;

    /// <summary>How many sources it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Gives a source a slot. The result is its event data and never 0.</summary>
    public ulong Add(ILoopSource source)
    {
        int slot = _firstFree;
        if (slot >= 0)
        {
            _firstFree = _nextFree[slot];
        }
        else
        {
            slot = _used++;
            if (slot == _sources.Length)
            {
                Grow();
            }

            _generations[slot] = 1;
        }

        _sources[slot] = source;
        Count++;
        return ((ulong)_generations[slot] << 32) | (uint)slot;
    }

    /// <summary>The source of an event; null when it is gone.</summary>
    public ILoopSource? Find(ulong data)
    {
        uint slot = (uint)data;
        return slot < (uint)_used && _generations[slot] == (uint)(data >> 32) ? _sources[slot] : null;
    }

    /// <summary>Gives the slot up; later events with this data find no source.</summary>
    public void Remove(ulong data)
    {
        if (Find(data) is null)
        {
            return;
        }

        int slot = (int)(uint)data;
        _sources[slot] = null;
        uint next = _generations[slot] + 1;
        _generations[slot] = next == 0 ? 1 : next;
        _nextFree[slot] = _firstFree;
        _firstFree = slot;
        Count--;
    }

    /// <summary>Copies the sources that it holds now.</summary>
    public ILoopSource[] Snapshot() => [.. _sources.OfType<ILoopSource>()];

    private void Grow()
    {
        int capacity = _sources.Length * 2;
        Array.Resize(ref _sources, capacity);
        Array.Resize(ref _generations, capacity);
        Array.Resize(ref _nextFree, capacity);
    }
}

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

/// <summary>The system calls of this process' kernel. Stateless and thread-safe.</summary>
internal sealed unsafe partial class LinuxSystemCalls : ISystemCalls
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int NoSignal = 0x4000;
    private const int LookOnly = 0x2;
    private const int ControlAdd = 1;
    private const int ControlRemove = 2;
    private const int ShutdownWrite = 1;
    private const int SocketLevel = 1;
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
    private static partial int setsockopt(int descriptor, int level, int option, int* value, uint length);

    [LibraryImport("libc")]
    private static partial int getpeername(int descriptor, byte* address, uint* length);
#pragma warning restore SA1300, IDE1006, CA1707
}
