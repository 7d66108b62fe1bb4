using System.Diagnostics;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>One event loop: waits for the kernel, calls what is ready, and runs what other threads post.</summary>
/// <remarks>
/// Made and ended by <see cref="EpollTransport"/>. <see cref="Step"/> is the whole loop and is called by one thread: its own, which <see cref="Run"/> is, or a
/// test that pumps it. <see cref="Post"/> may be called by any thread, after the end too: then the poster runs the item itself. Everything else is for the
/// loop's thread.
/// </remarks>
internal sealed class EpollLoop
{
    // What is left of the last receive is put in front of the next, so that a handler sees one piece.
    public const int FrontBytes = Buffers.BlockPool.BlockBytes;
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
    private readonly Lock _endGate = new();

    private bool _stopping;
    private bool _ended;
    private bool _busy;
    private long _waits;
    private long _eventCount;

    /// <summary>Creates the descriptors.</summary>
    /// <param name="system">System calls.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="IOException">The kernel has no descriptor left.</exception>
    public EpollLoop(ISystemCalls system, EpollTransportOptions options)
    {
        System = system;
        MaximumSendBytes = options.Sockets.MaximumSendBytes;
        _spinTicks = (long)(options.Spin.TotalSeconds * Stopwatch.Frequency);
        _faulted = options.Faulted;
        _epoll = Check(system.CreateEpoll());
        int wakeUp = system.CreateEvent();
        int added = wakeUp < 0 ? wakeUp : system.Add(_epoll, wakeUp, EpollEvents.Readable | EpollEvents.EdgeTriggered, InboxData);
        if (added < 0)
        {
            system.Close(_epoll);
            if (wakeUp >= 0)
            {
                system.Close(wakeUp);
            }

            Check(added);
        }

        _inbox = new LoopInbox(system, wakeUp);
    }

    public ISystemCalls System { get; }

    /// <summary>Largest amount in one send.</summary>
    public int MaximumSendBytes { get; }

    /// <summary>Connections, listeners and attempts to connect that it watches. Loop thread; elsewhere an estimate.</summary>
    public int Sources => _sources.Count;

    /// <summary>Nothing is watched any more, ever. Any thread, as a hint.</summary>
    public bool HasEnded => Volatile.Read(in _ended);

    /// <summary>Waits so far, and events they brought.</summary>
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
#pragma warning disable CA1031 // The kernel refuses to wait: nobody would ever be served again, so all of them are told, and the process lives.
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
            // Asked to look only, or an item has posted itself again: no sleep.
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

    /// <summary>Has an item run on the loop. Any thread.</summary>
    public void Post(ILoopItem item)
    {
        _inbox.Post(item);
        if (Volatile.Read(ref _ended))
        {
            RunOrphans();
        }
    }

    /// <summary>Makes <see cref="Run"/> return after what it is doing. On the loop's thread, that is: by an item.</summary>
    public void Stop() => _stopping = true;

    /// <summary>Watches a descriptor.</summary>
    /// <returns>What <see cref="Detach"/> takes, or 0 when the kernel refuses; <paramref name="error"/> says why.</returns>
    public ulong Attach(ILoopSource source, int descriptor, EpollEvents events, out int error)
    {
        error = Errno.BadDescriptor;
        if (_ended)
        {
            return 0;
        }

        ulong data = _sources.Add(source);
        error = -System.Add(_epoll, descriptor, events, data);
        if (error <= 0)
        {
            return data;
        }

        _sources.Remove(data);
        return 0;
    }

    /// <summary>Forgets a source. The kernel forgets the descriptor when it is closed; until then its events find nobody.</summary>
    public void Detach(ulong data) => _sources.Remove(data);

    /// <summary>Forgets a source whose descriptor lives on.</summary>
    public void DetachOpen(ulong data, int descriptor)
    {
        _sources.Remove(data);
        if (!_ended)
        {
            System.Remove(_epoll, descriptor);
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

    /// <summary>Ends everything it watches and closes its descriptors. After the last step.</summary>
    public void End()
    {
        RunInbox();
        foreach (ILoopSource source in _sources.Snapshot())
        {
            try
            {
                source.OnLoopEnding();
            }
#pragma warning disable CA1031 // The others must end too.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Report(fault);
            }
        }

        RunInbox();
        Volatile.Write(ref _ended, true);
        RunOrphans();
        System.Close(_epoll);
        _inbox.Close();
    }

    private static int Check(int result) => result >= 0 ? result : throw new IOException($"an event loop cannot be made: error {-result}");

    /// <summary>Looks without sleeping for a while: while answers and requests fly, a wake-up of the processor costs more than the time between them.</summary>
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
            // Running it, it may be posted again and its link changes.
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

    /// <summary>Nobody is left to run items: who posts one runs it, one at a time.</summary>
    private void RunOrphans()
    {
        lock (_endGate)
        {
            while (!_inbox.IsEmpty)
            {
                RunInbox();
            }
        }
    }

    private void Report(Exception fault)
    {
        try
        {
            _faulted?.Invoke(fault);
        }
#pragma warning disable CA1031 // Nobody is left to tell.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
