using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

/// <summary>Epoll, sockets and descriptors in memory, on one thread, by a seed: what happens in a run happens again in the next one with the same seed.</summary>
/// <remarks>
/// Descriptors are the lowest free numbers, so they come back at once. Edges are kept until a wait takes them, and taken in random order. At random, calls are
/// interrupted, have no room or nothing to give although there is some (and the edge comes later), and take or give a part. Using a descriptor that is
/// closed is a violation.
/// </remarks>
internal sealed class SimulatedKernel(int seed) : ISystemCalls
{
    private const int FirstDescriptor = 10;

    private readonly Random _random = new(seed);
    private readonly SortedDictionary<int, SimulatedSocket> _open = [];
    private readonly List<SimulatedSocket> _edges = [];
    private readonly List<ulong> _former = [];

    /// <summary>First thing that must not happen; null = none.</summary>
    public string? Violation { get; private set; }

    /// <summary>Descriptors that are open.</summary>
    public int Open => _open.Count;

    /// <summary>A hash of all calls and their results.</summary>
    public ulong Trace { get; private set; } = 14695981039346656037;

    /// <summary>Calls so far.</summary>
    public int Calls { get; private set; }

    /// <summary>A connected socket, as accept would return it; the test plays its peer.</summary>
    public SimulatedSocket CreateSocket() => Create(isSocket: true);

    public int CreateEpoll() => Create(isSocket: false).Descriptor;

    public int CreateEvent() => Create(isSocket: false).Descriptor;

    public int Add(int epoll, int descriptor, EpollEvents events, ulong data) => Traced(Use(descriptor) is { } socket ? Watch(socket, data) : -Errno.BadDescriptor);

    public int Remove(int epoll, int descriptor) => Traced(0);

    public int Wait(int epoll, EventBuffer events, int timeoutMilliseconds)
    {
        if (Chance(5))
        {
            return Traced(-Errno.Interrupted);
        }

        int count = 0;
        for (int wanted = _random.Next(1, 8); count < wanted && _edges.Count > 0; count++)
        {
            int index = _random.Next(_edges.Count);
            SimulatedSocket socket = _edges[index];
            _edges.RemoveAt(index);
            socket.HasEdge = false;
            events.Set(count, socket.Ready(), socket.Data);
        }

        if (_former.Count > 0 && Chance(20))
        {
            events.Set(count++, EpollEvents.Readable | EpollEvents.Writable | EpollEvents.Ending, _former[_random.Next(_former.Count)]);
        }

        return Traced(count);
    }

    public int Signal(int eventDescriptor) => Traced(Use(eventDescriptor) is null ? -Errno.BadDescriptor : 8);

    public int Accept(int listener) => throw new NotSupportedException();

    public int Receive(int descriptor, Span<byte> buffer)
    {
        if (Use(descriptor) is not { } socket)
        {
            return Traced(-Errno.BadDescriptor);
        }

        if (Stumbles(socket, out int error))
        {
            return Traced(error);
        }

        int part = Chance(30) ? _random.Next(1, 3_000) : buffer.Length;
        int received = socket.Receive(buffer[..Math.Min(buffer.Length, part)]);
        if (socket.HasInput)
        {
            Edge(socket);
        }

        return Traced(received);
    }

    public int Peek(int descriptor) => throw new NotSupportedException();

    public int Send(int descriptor, ReadOnlySpan<byte> bytes)
    {
        if (Use(descriptor) is not { } socket)
        {
            return Traced(-Errno.BadDescriptor);
        }

        return Traced(Stumbles(socket, out int error) ? error : socket.Send(Chance(30) ? bytes[..Math.Min(bytes.Length, _random.Next(1, 3_000))] : bytes));
    }

    public int ShutdownSending(int descriptor) => Traced(Use(descriptor) is { } socket ? socket.ShutdownSending() : -Errno.BadDescriptor);

    public int Close(int descriptor)
    {
        if (Use(descriptor) is { } socket)
        {
            _open.Remove(descriptor);
            _edges.Remove(socket);
            socket.IsClosed = true;
            if (socket.Data != 0 && _former.Count < 50)
            {
                _former.Add(socket.Data);
            }
        }

        return Traced(Chance(20) ? -Errno.Interrupted : 0);
    }

    public int ResetOnClose(int descriptor) => Traced(Use(descriptor) is null ? -Errno.BadDescriptor : 0);

    public int GetPeerAddress(int descriptor, Span<byte> address) => throw new NotSupportedException();

    /// <summary>Something has changed at a socket that is watched.</summary>
    public void Edge(SimulatedSocket socket)
    {
        if (socket is { IsWatched: true, IsClosed: false, HasEdge: false })
        {
            socket.HasEdge = true;
            _edges.Add(socket);
        }
    }

    private SimulatedSocket Create(bool isSocket)
    {
        int descriptor = FirstDescriptor;
        while (_open.ContainsKey(descriptor))
        {
            descriptor++;
        }

        SimulatedSocket socket = new(this, descriptor, isSocket);
        _open.Add(descriptor, socket);
        return socket;
    }

    private int Watch(SimulatedSocket socket, ulong data)
    {
        socket.Watch(data);
        if (socket.IsSocket)
        {
            Edge(socket);
        }

        return 0;
    }

    /// <summary>Interrupted, or "try again" out of nothing, with the edge to come.</summary>
    private bool Stumbles(SimulatedSocket socket, out int error)
    {
        error = Chance(5) ? -Errno.Interrupted : Chance(15) ? -Errno.TryAgain : 0;
        if (error == -Errno.TryAgain)
        {
            Edge(socket);
        }

        return error != 0;
    }

    private SimulatedSocket? Use(int descriptor)
    {
        if (_open.TryGetValue(descriptor, out SimulatedSocket? socket))
        {
            return socket;
        }

        Violation ??= $"descriptor {descriptor} is used and not open";
        return null;
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private int Traced(int result)
    {
        Calls++;
        Trace = (Trace ^ (uint)result) * 1099511628211;
        return result;
    }
}
