using FastRegistry.Registry.Instances;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Registry.Events;

/// <summary>Writes the log category <c>FastRegistry.Events</c>: who registered, changed, was ejected, and why.</summary>
/// <remarks>
/// Lines are written by its queue's worker; the wheel's thread only queues a tick when a second with folded events is over. Which kinds it listens to is decided
/// at the start by the category's level, so kinds that nobody wants to read cost nothing. Once a kind has had its lines in a second, publishers only count it: a
/// storm of changes costs them two additions each and no place in the queue.
/// </remarks>
internal sealed class EventLog : INodeObserver, IDeadlineOwner
{
    /// <summary>Name of the log category.</summary>
    public const string Category = "FastRegistry.Events";

    private const int WindowMilliseconds = 1000;

    private readonly ILogger _log;
    private readonly TimingWheel _wheel;
    private readonly TimeProvider _timeProvider;
    private readonly int _linesPerSecond;
    private readonly int _entry;
    private readonly EventFold[] _folds = new EventFold[Enum.GetValues<EventKind>().Length];

    // Shared with publishers: until when they only count the events of a kind, and how many they have counted.
    private readonly long[] _foldedUntil = new long[Enum.GetValues<EventKind>().Length];
    private readonly long[] _counted = new long[Enum.GetValues<EventKind>().Length];
    private EventLane<FoldTick>? _ticks;
    private long _lastFlush;
    private long _folded;

    public EventLog(ILogger log, TimingWheel wheel, TimeProvider timeProvider, EventOptions options)
    {
        _log = log;
        _wheel = wheel;
        _timeProvider = timeProvider;
        _linesPerSecond = options.LinesPerSecond;
        _entry = wheel.Allocate(this);
        Queue = new ObserverQueueOptions(options.QueueCapacity, OverflowPolicy.DropNewest);
    }

    public string Name => "log";

    /// <summary>The beginning of what went wrong matters most.</summary>
    public ObserverQueueOptions Queue { get; }

    /// <summary>Events that were counted in a line for many.</summary>
    public long Folded => Interlocked.Read(ref _folded);

    /// <summary>The level of a kind's lines. Nothing that comes with every push or subscription is above Debug.</summary>
    public static LogLevel LevelOf(EventKind kind) => kind switch
    {
        EventKind.ConnectionRefused => LogLevel.Warning,
        EventKind.ClientConnected or EventKind.ClientTakenOver or EventKind.ClientDisconnected => LogLevel.Information,
        EventKind.InstanceRegistered or EventKind.InstanceChanged or EventKind.InstanceDeregistered => LogLevel.Information,
        EventKind.ServiceCreated or EventKind.ServiceDisappeared or EventKind.ServiceMetadataChanged or EventKind.InstanceOverrideChanged => LogLevel.Information,
        _ => LogLevel.Debug,
    };

    public void Select(EventSelection events)
    {
        _ticks = events.ToSelf<FoldTick>(OnTick);
        events.OnEvery(kind => _log.IsEnabled(LevelOf(kind)), Write, TryFold);
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now) =>
        _ticks!.Offer(default, _timeProvider.GetUtcNow()) ? Deadline.None : Deadline.After(now, WindowMilliseconds);

    /// <summary>Counts an event when its kind has had its lines. Any thread, under any lock.</summary>
    private bool TryFold(EventKind kind)
    {
        if (_wheel.Now >= Volatile.Read(ref _foldedUntil[(int)kind]))
        {
            return false;
        }

        Interlocked.Increment(ref _counted[(int)kind]);
        Interlocked.Increment(ref _folded);
        return true;
    }

    private void Write(in EventDescription description, DateTimeOffset at)
    {
        long now = _wheel.Now;
        if (now - _lastFlush >= WindowMilliseconds)
        {
            FlushOver(now);
        }

        ref EventFold fold = ref _folds[(int)description.Kind];
        if (fold.IsOver(now))
        {
            Flush(ref fold, description.Kind, now);
        }

        if (!fold.TryTakeLine(_linesPerSecond))
        {
            Interlocked.Increment(ref _folded);
            if (fold.Folded == 1)
            {
                Volatile.Write(ref _foldedUntil[(int)description.Kind], fold.End);
                _wheel.Arm(_entry, now, WindowMilliseconds);
            }

            return;
        }

        WriteLine(description);
    }

    private void WriteLine(in EventDescription description)
    {
        LogLevel level = LevelOf(description.Kind);
        if (!_log.IsEnabled(level))
        {
            // It was at the start.
            return;
        }

        if (description.Instance is { } instance)
        {
            _log.InstanceEvent(level, description.Kind, instance, description.Service, description.Client, description.Revision, description.Reason);
        }
        else if (description.Service is not null)
        {
            _log.ServiceEvent(level, description.Kind, description.Service, description.Client, description.Session, description.Revision);
        }
        else
        {
            _log.ClientEvent(level, description.Kind, description.Client, description.Session, description.Reason, description.Text);
        }
    }

    private void OnTick(in FoldTick tick, DateTimeOffset at) => FlushOver(_wheel.Now);

    /// <summary>Writes the lines for many of every kind whose second is over.</summary>
    private void FlushOver(long now)
    {
        _lastFlush = now;
        bool waiting = false;
        for (int kind = 0; kind < _folds.Length; kind++)
        {
            ref EventFold fold = ref _folds[kind];
            if (fold.IsOver(now) && (fold.Folded > 0 || Volatile.Read(ref _counted[kind]) > 0))
            {
                Flush(ref fold, (EventKind)kind, now);
            }

            waiting |= fold.Folded > 0 || Volatile.Read(ref _counted[kind]) > 0;
        }

        if (waiting)
        {
            _wheel.Arm(_entry, now, WindowMilliseconds);
        }
    }

    private void Flush(ref EventFold fold, EventKind kind, long now)
    {
        long folded = fold.Folded + Interlocked.Exchange(ref _counted[(int)kind], 0);
        if (folded > 0)
        {
            LogLevel level = LevelOf(kind);
            _log.FoldedEvents(level, folded, kind);
        }

        fold.Begin(now);
    }
}
