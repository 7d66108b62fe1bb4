using System.Collections.Concurrent;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

/// <summary>A kernel that interrupts, says "try again", takes and gives a part only, and reports events of descriptors that are long closed.</summary>
/// <remarks>
/// Any thread. What the nth call of a kind meets depends on the seed and n alone. Where the real kernel would report an edge later on (it said "try again"),
/// this one has it reported by watching the descriptor anew.
/// </remarks>
internal sealed class FaultySystemCalls(int seed) : ForwardingSystemCalls
{
    private const int InterruptedPercent = 3;
    private const int TryAgainPercent = 10;
    private const int PartialPercent = 30;
    private const int LateEventPercent = 20;

    // What is watched and what the kernel watches change together: watched anew with what held before, a descriptor would report to nobody.
    private readonly Lock _watchLock = new();
    private readonly Dictionary<int, (int Epoll, EpollEvents Events, ulong Data)> _watched = [];
    private readonly ConcurrentQueue<ulong> _former = new();
    private int _calls;
    private long _faults;

    /// <summary>Faults so far.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    public override int Add(int epoll, int descriptor, EpollEvents events, ulong data)
    {
        lock (_watchLock)
        {
            int result = base.Add(epoll, descriptor, events, data);
            if (result >= 0)
            {
                _watched[descriptor] = (epoll, events, data);
            }

            return result;
        }
    }

    public override int Remove(int epoll, int descriptor)
    {
        // Whoever watches it next does so with data of its own.
        lock (_watchLock)
        {
            _watched.Remove(descriptor);
            return base.Remove(epoll, descriptor);
        }
    }

    public override int Wait(int epoll, EventBuffer events, int timeoutMilliseconds)
    {
        uint dice = Dice();
        if (Hits(dice, InterruptedPercent))
        {
            return -Errno.Interrupted;
        }

        int count = base.Wait(epoll, events, timeoutMilliseconds);
        if (count >= 0 && count < events.Capacity && Hits(dice >> 8, LateEventPercent) && _former.TryDequeue(out ulong data))
        {
            events.Set(count++, EpollEvents.Readable | EpollEvents.Ending | EpollEvents.Writable, data);
            _former.Enqueue(data);
        }

        return count;
    }

    public override int Accept(int listener)
    {
        uint dice = Dice();
        return Hits(dice, InterruptedPercent) ? -Errno.Interrupted
            : Hits(dice >> 8, InterruptedPercent) ? -Errno.ConnectionAborted
            : Hits(dice >> 16, InterruptedPercent) ? -Errno.TooManyFiles
            : base.Accept(listener);
    }

    public override int Receive(int descriptor, Span<byte> buffer)
    {
        uint dice = Dice();
        if (Hits(dice, InterruptedPercent))
        {
            return -Errno.Interrupted;
        }

        if (Hits(dice >> 8, TryAgainPercent))
        {
            Rearm(descriptor);
            return -Errno.TryAgain;
        }

        if (!Hits(dice >> 16, PartialPercent))
        {
            return base.Receive(descriptor, buffer);
        }

        int received = base.Receive(descriptor, buffer[..(1 + (int)(dice % 5_000))]);
        Rearm(descriptor);
        return received;
    }

    public override int Send(int descriptor, ReadOnlySpan<byte> bytes)
    {
        uint dice = Dice();
        if (Hits(dice, InterruptedPercent))
        {
            return -Errno.Interrupted;
        }

        if (Hits(dice >> 8, TryAgainPercent))
        {
            Rearm(descriptor);
            return -Errno.TryAgain;
        }

        return base.Send(descriptor, Hits(dice >> 16, PartialPercent) ? bytes[..Math.Min(bytes.Length, 1 + (int)(dice % 5_000))] : bytes);
    }

    public override int Connect(int descriptor, ReadOnlySpan<byte> address)
    {
        uint dice = Dice();
        int result = base.Connect(descriptor, address);
        return Hits(dice, InterruptedPercent) ? -Errno.Interrupted
            : result == 0 && Hits(dice >> 8, PartialPercent) ? -Errno.ConnectUnderWay
            : result;
    }

    public override int Signal(int eventDescriptor) => Hits(Dice(), InterruptedPercent) ? -Errno.Interrupted : base.Signal(eventDescriptor);

    public override int Close(int descriptor)
    {
        lock (_watchLock)
        {
            if (_watched.Remove(descriptor, out (int Epoll, EpollEvents Events, ulong Data) watched) && _former.Count < 100)
            {
                _former.Enqueue(watched.Data);
            }
        }

        base.Close(descriptor);
        return Hits(Dice(), InterruptedPercent) ? -Errno.Interrupted : 0;
    }

    private void Rearm(int descriptor)
    {
        lock (_watchLock)
        {
            if (_watched.TryGetValue(descriptor, out (int Epoll, EpollEvents Events, ulong Data) watched))
            {
                base.Remove(watched.Epoll, descriptor);
                base.Add(watched.Epoll, descriptor, watched.Events, watched.Data);
            }
        }
    }

    private bool Hits(uint dice, int percent)
    {
        bool hit = (dice & 0xFF) * 100 < percent * 256;
        if (hit)
        {
            Interlocked.Increment(ref _faults);
        }

        return hit;
    }

    /// <summary>A finaliser of a hash over seed and number of the call.</summary>
    private uint Dice()
    {
        uint x = ((uint)Interlocked.Increment(ref _calls) * 0x9E3779B9) ^ (uint)seed;
        x = (x ^ (x >> 16)) * 0x85EBCA6B;
        x = (x ^ (x >> 13)) * 0xC2B2AE35;
        return x ^ (x >> 16);
    }
}
