using System.Diagnostics;

namespace FastRegistry.Wire.Transport.Epoll;

/// <content>From the creation of the descriptors to their end, and what is watched meanwhile.</content>
internal sealed partial class EpollLoop
{
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

    /// <summary>Makes <see cref="Run"/> return after the running step. Called by an item, that is, on the loop's thread.</summary>
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

    /// <summary>Forgets a source. The kernel forgets the descriptor when it is closed; until then its events find no source.</summary>
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

    /// <summary>Ends everything the loop watches and closes the loop's descriptors. Called once, after the last step.</summary>
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
        RunInboxAfterEnd();
        System.Close(_epoll);
        _inbox.Close();
    }

    private static int Check(int result) => result >= 0 ? result : throw new IOException($"an event loop cannot be made: error {-result}");

    /// <summary>The loop has no thread any more: whoever posts an item runs it, one at a time.</summary>
    private void RunInboxAfterEnd()
    {
        lock (_endLock)
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
