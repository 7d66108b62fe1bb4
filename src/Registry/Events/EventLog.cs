using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Registry.Events;

/// <summary>Options of the event log and the ring. Section <c>Events</c>.</summary>
internal sealed record EventOptions
{
    /// <summary>Events kept for the operator's call. Default 10,000; 0 keeps none.</summary>
    public int Kept { get; init; } = 10_000;

    /// <summary>Log lines of one kind per second; what is more becomes one line with the count. Default 100.</summary>
    public int LinesPerSecond { get; init; } = 100;

    /// <summary>Events that may wait for the log, and for the ring. Default 16,384; beyond it they are dropped and counted.</summary>
    public int QueueCapacity { get; init; } = 16_384;

    /// <summary>Throws when a number is not within its bounds.</summary>
    /// <exception cref="ConfigurationError">A value is wrong.</exception>
    public void Check()
    {
        ConfigurationError.ThrowIfOutOfRange("Events:Kept", Kept, 0, 1_000_000);
        ConfigurationError.ThrowIfOutOfRange("Events:LinesPerSecond", LinesPerSecond, 1, 100_000);
        ConfigurationError.ThrowIfOutOfRange("Events:QueueCapacity", QueueCapacity, 16, 1_000_000);
    }
}

/// <summary>Writes the log category <c>FastRegistry.Events</c>: who registered, changed, was ejected, and why.</summary>
/// <remarks>
/// Lines are written by its queue's worker; the wheel's thread only queues a tick when a second with folded events is over. Which kinds it listens to is
/// decided at the start by the category's level, so kinds that nobody wants to read cost nothing. Once a kind has had its lines in a second, publishers only
/// count it: a storm of changes costs them two additions each and no place in the queue.
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
    private readonly EventFolding _folding;
    private readonly EventFold[] _folds = new EventFold[Enum.GetValues<EventKind>().Length];

    private EventLane<FoldTick>? _ticks;
    private long _lastFlush;

    public EventLog(ILogger log, TimingWheel wheel, TimeProvider timeProvider, EventOptions options)
    {
        _log = log;
        _wheel = wheel;
        _timeProvider = timeProvider;
        _linesPerSecond = options.LinesPerSecond;
        _folding = new EventFolding(wheel);
        _entry = wheel.Allocate(this);
        Queue = new ObserverQueueOptions(options.QueueCapacity, OverflowPolicy.DropNewest);
    }

    public string Name => "log";

    /// <summary>The beginning of what went wrong matters most.</summary>
    public ObserverQueueOptions Queue { get; }

    /// <summary>Events that were counted in a line for many.</summary>
    public long Folded => _folding.Total;

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
        events.OnEvery(kind => _log.IsEnabled(LevelOf(kind)), Write, _folding);
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now) =>
        _ticks!.Offer(default, _timeProvider.GetUtcNow()) ? Deadline.None : Deadline.After(now, WindowMilliseconds);

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
            _folding.CountOne();
            if (fold.Folded == 1)
            {
                _folding.FoldUntil(description.Kind, fold.End);
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
            if (fold.IsOver(now) && (fold.Folded > 0 || _folding.HasCounted((EventKind)kind)))
            {
                Flush(ref fold, (EventKind)kind, now);
            }

            waiting |= fold.Folded > 0 || _folding.HasCounted((EventKind)kind);
        }

        if (waiting)
        {
            _wheel.Arm(_entry, now, WindowMilliseconds);
        }
    }

    private void Flush(ref EventFold fold, EventKind kind, long now)
    {
        long folded = fold.Folded + _folding.Take(kind);
        if (folded > 0)
        {
            LogLevel level = LevelOf(kind);
            _log.FoldedEvents(level, folded, kind);
        }

        fold.Begin(now);
    }
}

/// <summary>Counts, per kind, the events that an observer does not take one by one because it has had enough of the kind for now.</summary>
/// <remarks>Publishers ask on any thread and under any lock; the observer's worker says until when. Bounded by the number of kinds.</remarks>
internal sealed class EventFolding(TimingWheel wheel)
{
    private readonly long[] _until = new long[Enum.GetValues<EventKind>().Length];
    private readonly long[] _counted = new long[Enum.GetValues<EventKind>().Length];
    private long _total;

    /// <summary>Events that were counted instead of taken.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>Counts an event of a kind that is folded at present; false when the observer takes it.</summary>
    public bool TryFold(EventKind kind)
    {
        if (wheel.Now >= Volatile.Read(ref _until[(int)kind]))
        {
            return false;
        }

        Interlocked.Increment(ref _counted[(int)kind]);
        Interlocked.Increment(ref _total);
        return true;
    }

    /// <summary>The observer has counted an event itself.</summary>
    public void CountOne() => Interlocked.Increment(ref _total);

    /// <summary>From now to a wheel time publishers only count the events of a kind.</summary>
    public void FoldUntil(EventKind kind, long end) => Volatile.Write(ref _until[(int)kind], end);

    /// <summary>True when publishers have counted events of a kind that were not taken out yet.</summary>
    public bool HasCounted(EventKind kind) => Volatile.Read(ref _counted[(int)kind]) > 0;

    /// <summary>Takes the count of a kind.</summary>
    public long Take(EventKind kind) => Interlocked.Exchange(ref _counted[(int)kind], 0);
}

/// <summary>Counts the lines of one kind that were written in the present second, and the events that were not. Worker's thread only.</summary>
internal struct EventFold
{
    private const int WindowMilliseconds = 1000;

    private long _since;
    private int _lines;

    /// <summary>Events of this second without a line of their own.</summary>
    public int Folded { get; private set; }

    /// <summary>Wheel time at which the second is over.</summary>
    public readonly long End => _since + WindowMilliseconds;

    public readonly bool IsOver(long now) => now - _since >= WindowMilliseconds;

    /// <summary>Begins another second at the time of the event that is the first in it.</summary>
    public void Begin(long now)
    {
        _since = now;
        _lines = 0;
        Folded = 0;
    }

    /// <summary>True when the event gets a line.</summary>
    public bool TryTakeLine(int linesPerSecond)
    {
        if (_lines >= linesPerSecond)
        {
            Folded++;
            return false;
        }

        _lines++;
        return true;
    }
}

/// <summary>Sent by the event log to itself when a second in which it folded events is over.</summary>
internal readonly record struct FoldTick;

/// <summary>The log lines of the event hub and its observers.</summary>
internal static partial class RegistryLog
{
    [LoggerMessage(50, LogLevel.Error, "Observer {Observer} failed at an event, for the {Faults}th time")]
    public static partial void ObserverFault(this ILogger log, Exception fault, string observer, ulong faults);

    [LoggerMessage(51, LogLevel.Warning, "{Events} events were not handed to observer {Observer} before the stop")]
    public static partial void EventsLeftBehind(this ILogger log, int events, string observer);

    [LoggerMessage(EventId = 70, Message = "{Kind}: {Client} session {Session} {Reason} {Text}")]
    public static partial void ClientEvent(this ILogger log, LogLevel level, EventKind kind, ClientReference client, long session, string reason, string text);

    [LoggerMessage(EventId = 71, Message = "{Kind}: {Service} {Client} session {Session} revision {Revision}")]
    public static partial void ServiceEvent(
        this ILogger log, LogLevel level, EventKind kind, ServiceKey service, ClientReference client, long session, long revision);

    [LoggerMessage(EventId = 72, Message = "{Kind}: {Instance} of {Service} by {Client} at revision {Revision} {Reason}")]
    public static partial void InstanceEvent(
        this ILogger log, LogLevel level, EventKind kind, InstanceIdentity instance, ServiceKey? service, ClientReference client, long revision, string reason);

    [LoggerMessage(EventId = 73, Message = "{Kind}: {Count} more within a second")]
    public static partial void FoldedEvents(this ILogger log, LogLevel level, long count, EventKind kind);
}
