using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>What listeners and connectors on epoll share: options, pools and the event loops. Linux only.</summary>
/// <remarks>
/// Its threads begin with it and end with <see cref="DisposeAsync"/>, which also ends every connection that is left. Handlers run on the loops' threads: one
/// that blocks holds up all connections of its loop. Any thread.
/// </remarks>
public sealed class EpollTransport : IAsyncDisposable
{
    private readonly EpollLoop[] _loops;
    private readonly TaskCompletionSource[] _ends;
    private readonly StopItem[] _stops;
    private uint _next;
    private int _disposed;

    /// <summary>Creates the loops and starts their threads.</summary>
    /// <param name="resources">Pools shared by all its connections.</param>
    /// <param name="options">Settings; null = the defaults.</param>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    /// <exception cref="IOException">No descriptor is left.</exception>
    public EpollTransport(TransportResources resources, EpollTransportOptions? options = null)
        : this(resources, options ?? new EpollTransportOptions(), LinuxSystemCalls.Instance)
    {
    }

    internal EpollTransport(TransportResources resources, EpollTransportOptions options, ISystemCalls system)
    {
        if (!IsSupported)
        {
            throw new PlatformNotSupportedException("epoll is there on Linux only");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.Loops, 1, "EpollTransportOptions.Loops");
        Resources = resources;
        Options = options;
        _loops = new EpollLoop[options.Loops];
        _ends = new TaskCompletionSource[options.Loops];
        _stops = new StopItem[options.Loops];
        for (int i = 0; i < _loops.Length; i++)
        {
            _loops[i] = CreateLoop(system, options, i);
            _ends[i] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _stops[i] = new StopItem(_loops[i]);
        }

        for (int i = 0; i < _loops.Length; i++)
        {
            Start(_loops[i], _ends[i], i);
        }
    }

    /// <summary>Whether this system has epoll.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>The settings.</summary>
    public EpollTransportOptions Options { get; }

    /// <summary>The shared pools.</summary>
    public TransportResources Resources { get; }

    /// <summary>How often loops waited for the kernel: below the events, one wait brought several.</summary>
    public long Waits => _loops.Sum(static loop => loop.Counts.Waits);

    /// <summary>Events the kernel reported.</summary>
    public long Events => _loops.Sum(static loop => loop.Counts.Events);

    /// <summary>Connections, listeners and attempts to connect that are watched; an estimate.</summary>
    internal int Sources => _loops.Sum(static loop => loop.Sources);

    /// <summary>Ends all connections and the loops, and waits for that. Handlers are told on the loops; called by one, it must not be waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            for (int i = 0; i < _loops.Length; i++)
            {
                _loops[i].Post(_stops[i]);
            }
        }

        await Task.WhenAll(_ends.Select(static end => end.Task)).ConfigureAwait(false);
    }

    /// <summary>The loop of the next connection.</summary>
    internal EpollLoop NextLoop() => _loops.Length == 1 ? _loops[0] : _loops[Interlocked.Increment(ref _next) % (uint)_loops.Length];

    private static void Start(EpollLoop loop, TaskCompletionSource end, int index)
    {
        Thread thread = new(() =>
        {
            loop.Run();
            end.SetResult();
        })
        {
            IsBackground = true,
            Name = $"epoll loop {index}",
        };
        thread.UnsafeStart();
    }

    private EpollLoop CreateLoop(ISystemCalls system, EpollTransportOptions options, int index)
    {
        try
        {
            return new EpollLoop(system, options);
        }
        catch (IOException)
        {
            for (int i = 0; i < index; i++)
            {
                _loops[i].End();
            }

            throw;
        }
    }

    private sealed class StopItem(EpollLoop loop) : ILoopItem
    {
        ILoopItem? ILoopItem.NextInInbox { get; set; }

        void ILoopItem.RunOnLoop() => loop.Stop();
    }
}
