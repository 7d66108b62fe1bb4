namespace FastRegistry.Tests;

/// <summary>Everything that will happen in a <see cref="SimulatedNetwork"/>, in the order of time and, at equal times, of asking.</summary>
/// <remarks>One timer of the virtual clock stands for the earliest event. All members expect the lock of the network.</remarks>
internal sealed class NetworkEvents : IDisposable
{
    private readonly PriorityQueue<NetworkEvent, (long Due, long Order)> _queue = new();
    private readonly VirtualTimeProvider _time;
    private readonly ITimer _timer;
    private long _order;
    private long _armedFor = long.MaxValue;
    private bool _isRunning;

    public NetworkEvents(VirtualTimeProvider time, TimerCallback run)
    {
        _time = time;
        _timer = time.CreateTimer(run, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The present, in ticks.</summary>
    public long Now => _time.GetTimestamp();

    /// <summary>Events that are still to come.</summary>
    public int Waiting => _queue.Count;

    public void AddLocked(long due, NetworkEvent what)
    {
        _queue.Enqueue(what, (due, _order++));
        if (!_isRunning)
        {
            ArmLocked();
        }
    }

    /// <summary>Runs what is due, and arms the timer for the next event.</summary>
    public void RunLocked()
    {
        _armedFor = long.MaxValue;
        _isRunning = true;
        while (_queue.TryPeek(out NetworkEvent next, out (long Due, long Order) place) && place.Due <= Now)
        {
            _queue.Dequeue();
            next.Target.OnEventLocked(next);
        }

        _isRunning = false;
        ArmLocked();
    }

    public void Dispose()
    {
        _queue.Clear();
        _timer.Dispose();
    }

    private void ArmLocked()
    {
        if (_queue.TryPeek(out _, out (long Due, long Order) place) && place.Due < _armedFor)
        {
            _armedFor = place.Due;
            _timer.Change(TimeSpan.FromTicks(Math.Max(0, place.Due - Now)), Timeout.InfiniteTimeSpan);
        }
    }
}

/// <summary>One thing that will happen.</summary>
/// <param name="Target">Is told.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Value">An offset in the stream, or what else the kind needs.</param>
/// <param name="Generation">The target forgets events of an earlier generation: they were lost on the way.</param>
internal readonly record struct NetworkEvent(INetworkEventTarget Target, NetworkEventKind Kind, long Value = 0, int Generation = 0);

/// <summary>The kinds of events.</summary>
internal enum NetworkEventKind
{
    /// <summary>A piece of a stream reaches the receiver.</summary>
    Arrival,

    /// <summary>The last piece has left the line: the next one may begin.</summary>
    LineFree,

    /// <summary>The sender learns how much the receiver has read.</summary>
    Window,

    /// <summary>The end of the stream reaches the receiver.</summary>
    Finish,

    /// <summary>The sender learns that nobody reads any more.</summary>
    ReaderGone,

    /// <summary>A connect reaches the other host.</summary>
    ConnectArrival,

    /// <summary>The answer to a connect is back.</summary>
    ConnectAnswer,
}

/// <summary>What events happen to.</summary>
internal interface INetworkEventTarget
{
    void OnEventLocked(in NetworkEvent what);
}
