namespace FastRegistry.Load.Targets.Native;

/// <summary>Acknowledges pushes that no other frame has acknowledged meanwhile, 2 to 4 s after their arrival at random, as the .NET client does.</summary>
/// <remarks>
/// Shared by all connections of a target, because a timer for each would cost more than the rest of it. Connections are added on their receive paths;
/// acknowledgements are sent by the timer's thread. Holds a connection at most once. While nothing waits, no timer runs.
/// </remarks>
internal sealed class AcknowledgementPacer : IDisposable
{
    // Something added now goes out with the 21st to 40th tick from now.
    private const int EarliestTick = 21;
    private const int TicksAhead = 41;

    private static readonly TimeSpan TickLength = TimeSpan.FromMilliseconds(100);

    private readonly Lock _dueGate = new();
    private readonly List<NativeConnection>[] _due = [.. Enumerable.Range(0, TicksAhead).Select(static _ => new List<NativeConnection>())];
    private readonly ITimer _timer;
    private List<NativeConnection> _spare = [];
    private int _tick;
    private int _waiting;
    private bool _ticking;

    public AcknowledgementPacer(TimeProvider timeProvider) =>
        _timer = timeProvider.CreateTimer(static pacer => ((AcknowledgementPacer)pacer!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Connections whose acknowledgement is to be sent.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>The connection's acknowledgement becomes due.</summary>
    public void Add(NativeConnection connection)
    {
        int ahead = Random.Shared.Next(EarliestTick, TicksAhead);
        lock (_dueGate)
        {
            _due[(_tick + ahead) % TicksAhead].Add(connection);
            _waiting++;
            if (!_ticking)
            {
                _ticking = true;
                _timer.Change(TickLength, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        List<NativeConnection> due;
        lock (_dueGate)
        {
            _tick = (_tick + 1) % TicksAhead;
            due = _due[_tick];
            _due[_tick] = _spare;
            _waiting -= due.Count;
        }

        foreach (NativeConnection connection in due)
        {
            connection.SendDueAcknowledgement();
        }

        due.Clear();
        lock (_dueGate)
        {
            // Set again only now: ticks never overlap.
            _spare = due;
            _ticking = _waiting > 0;
            if (_ticking)
            {
                _timer.Change(TickLength, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
