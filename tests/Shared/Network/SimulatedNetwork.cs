using System.Buffers;
using System.IO.Pipelines;
using System.Net;

namespace FastRegistry.Tests;

/// <summary>
/// A network with time in it: hosts by name that listen and connect, links between them with delay, rate, bounded buffers and jitter, cuts, stalls and
/// partitions. Everything happens in virtual time, and the same calls with the same seed happen in the same way.
/// </summary>
/// <remarks>
/// Thread-safe; one lock guards all of it and is held for less than a microsecond per call. It has no thread: events run on the thread that moves the clock,
/// and what waited for them goes on through the scheduler, never under the lock. Its user disposes it after the last connection.
/// </remarks>
internal sealed partial class SimulatedNetwork : IDisposable
{
    private const int FirstEphemeralPort = 32_768;

    private readonly PipeScheduler _scheduler;
    private readonly MemoryPool<byte> _blocks;
    private readonly Random _random;
    private readonly Stack<SegmentChain.Segment> _spare = new();
    private readonly Dictionary<string, IPAddress> _hosts = [];
    private readonly Dictionary<(string Host, int Port), SimulatedListener> _listeners = [];
    private readonly Dictionary<(string From, string To), LinkOptions> _links = [];
    private readonly Dictionary<(string From, string To), TrafficCounters> _traffic = [];
    private readonly List<SimulatedConnection> _connections = [];
    private int _lastPort = FirstEphemeralPort;

    /// <param name="time">The only clock.</param>
    /// <param name="scheduler">Where readers, writers and connects go on. Not inline: it is called under the lock.</param>
    /// <param name="blocks">Holds the bytes that are on the way; null = arrays of the process.</param>
    /// <param name="seed">Decides the jitter.</param>
    public SimulatedNetwork(VirtualTimeProvider time, PipeScheduler scheduler, MemoryPool<byte>? blocks = null, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(scheduler, PipeScheduler.Inline);
        _scheduler = scheduler;
        _blocks = blocks ?? MemoryPool<byte>.Shared;
        _random = new Random(seed);
        Events = new NetworkEvents(time, _ => Run());
    }

    /// <summary>For connections between hosts without links of their own.</summary>
    public LinkOptions DefaultLink { get; set; } = LinkOptions.Immediate;

    /// <summary>All that has passed.</summary>
    public TrafficCounters Total { get; } = new();

    public Lock NetworkLock { get; } = new();

    public NetworkEvents Events { get; }

    public long Now => Events.Now;

    /// <summary>Connections of which an end is still open, in the order in which they were made.</summary>
    public IReadOnlyList<SimulatedConnection> Connections
    {
        get
        {
            lock (NetworkLock)
            {
                return [.. _connections];
            }
        }
    }

    /// <summary>Connections made from now on use these links, in both directions.</summary>
    public void SetLinks(string one, string other, LinkOptions options)
    {
        SetLink(one, other, options);
        SetLink(other, one, options);
    }

    /// <summary>Connections made from now on use this link for what <paramref name="from"/> sends to <paramref name="to"/>.</summary>
    public void SetLink(string from, string to, LinkOptions options)
    {
        lock (NetworkLock)
        {
            _links[(from, to)] = options;
        }
    }

    public LinkOptions LinkBetween(string from, string to)
    {
        lock (NetworkLock)
        {
            return _links.GetValueOrDefault((from, to), DefaultLink);
        }
    }

    /// <summary>What one host has sent to another.</summary>
    public TrafficCounters Traffic(string from, string to)
    {
        lock (NetworkLock)
        {
            if (!_traffic.TryGetValue((from, to), out TrafficCounters? counters))
            {
                _traffic[(from, to)] = counters = new TrafficCounters(Total);
            }

            return counters;
        }
    }

    /// <summary>The address that stands for a host: 10.0.0.1 for the first one named, and so on.</summary>
    public IPAddress AddressOf(string host)
    {
        lock (NetworkLock)
        {
            if (!_hosts.TryGetValue(host, out IPAddress? address))
            {
                int number = _hosts.Count + 1;
                _hosts[host] = address = new IPAddress([10, (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
            }

            return address;
        }
    }

    public void Dispose()
    {
        lock (NetworkLock)
        {
            Events.Dispose();
        }
    }

    public SegmentChain NewChain() => new(_blocks, _spare);

    public long NextJitterLocked(TimeSpan largest) => largest == TimeSpan.Zero ? 0 : _random.NextInt64(largest.Ticks + 1);

    public void EndLocked(SimulatedConnection connection) => _connections.Remove(connection);

    private void Run()
    {
        lock (NetworkLock)
        {
            Events.RunLocked();
        }
    }
}
