using System.Threading.Channels;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Registry.Push;

/// <summary>A service as its push worker knows it: a mark, a merge window, and a way to push to all its subscribers.</summary>
internal interface IPushedService
{
    ServiceKey Key { get; }

    int SubscriberCount { get; }

    /// <summary>The merge window, which decides when it may be pushed next. Belongs to its push worker's thread.</summary>
    ref MergeWindow MergeWindow { get; }

    /// <summary>True on the edge from clean to dirty: the caller queues the service for its push worker.</summary>
    bool TryMarkDirty();

    /// <summary>The worker clears the mark before it reads the state, so a change after the read marks it again.</summary>
    void ClearDirty();

    /// <summary>Pushes the newest list to all subscribers. The worker's thread, without a lock.</summary>
    /// <param name="worker">Counts the pushes.</param>
    /// <param name="changes">The service's count of changes, as of the list that was pushed; it may wrap.</param>
    /// <returns>False when there is no subscriber.</returns>
    bool PushToAll(PushWorker worker, out int changes);
}

/// <summary>A subscription as its push worker knows it.</summary>
internal interface IPushedSubscription
{
    IPushedService Service { get; }

    /// <summary>False once it was removed.</summary>
    bool IsActive { get; }

    /// <summary>Its client has asked for a list: that is an answer, which is sent while pushes are switched off too.</summary>
    bool IsAsked { get; }

    /// <summary>Pushes are switched off: its turn is over, and its mark is put aside. The worker's thread.</summary>
    void PutAside(PushWorker worker);

    /// <summary>Clears its resync mark and pushes the newest list to it. The worker's thread.</summary>
    void PushNewest(PushWorker worker);
}

/// <summary>Spreads changed services over the push workers. Any thread.</summary>
/// <remarks>A service always belongs to the same worker, so all its pushes are made by one thread and cannot overtake each other.</remarks>
internal sealed class PushDispatcher
{
    private readonly PushWorker[] _workers;
    private bool _ended;

    /// <param name="workers">How many.</param>
    /// <param name="enabled">Whether pushes are on to begin with; <see cref="SetEnabled"/> changes it.</param>
    /// <param name="events">Receives the events of pushes.</param>
    /// <param name="wheel">Ends merge windows.</param>
    /// <param name="options">How changes are merged.</param>
    public PushDispatcher(int workers, bool enabled, EventHub events, TimingWheel wheel, PushOptions options)
    {
        _workers = new PushWorker[workers];
        for (int i = 0; i < workers; i++)
        {
            _workers[i] = new PushWorker(enabled, events, wheel, options);
        }
    }

    public IReadOnlyList<PushWorker> Workers => _workers;

    /// <summary>A service has changed. Only the edge from clean to dirty queues it, so a storm of changes is one entry.</summary>
    public void Changed(IPushedService service)
    {
        if (service.SubscriberCount > 0 && !Volatile.Read(ref _ended) && service.TryMarkDirty())
        {
            WorkerOf(service).Enqueue(service);
        }
    }

    /// <summary>The node is stopping: nothing is pushed any more. Clients that leave now would otherwise empty the lists of those that have not left
    /// yet.</summary>
    public void End()
    {
        Volatile.Write(ref _ended, true);
        foreach (PushWorker worker in _workers)
        {
            worker.End();
        }
    }

    /// <summary>A subscriber that had been behind is ready for the newest list.</summary>
    public void Resync(IPushedSubscription subscription) => WorkerOf(subscription.Service).Enqueue(subscription);

    /// <summary>Switches pushes off or on. While they are off changes are only marked, and each subscriber gets one newest list afterwards. Any
    /// thread.</summary>
    public void SetEnabled(bool enabled)
    {
        foreach (PushWorker worker in _workers)
        {
            worker.SetEnabled(enabled);
        }
    }

    private PushWorker WorkerOf(IPushedService service) => _workers[(uint)service.Key.GetHashCode() % (uint)_workers.Length];
}

/// <summary>Pushes the newest list of changed services to their subscribers, or what leads to it.</summary>
/// <remarks>
/// A loop around <see cref="Step"/>, run by one task of the server or pumped by a test. The channel needs no bound of its own: a service is in it at most
/// once (its dirty mark), a subscription at most once (its resync mark), a wake-up once per deadline. A service that changes again within its merge window
/// waits outside of the channel and keeps its mark. While pushes are switched off, marks stay set and are put aside, so that each is one push of the newest
/// list afterwards.
/// </remarks>
internal sealed class PushWorker
{
    // A service: push to all its subscribers. A subscription: push to this one. The worker itself: a merge window is over, or pushes were switched.
    private readonly Channel<object> _marked = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
    private readonly DeferredPushes _deferred = new();
    private readonly MergingServices _merging;
    private readonly TimingWheel _wheel;
    private readonly MergeLimits _limits;
    private readonly bool _merges;
    private object? _buffer;
    private bool _enabled;
    private bool _ended;
    private int _queued;
    private long _pushes;
    private long _deltas;
    private long _unchanged;
    private long _bytes;
    private long _resyncs;
    private long _emptyPushes;
    private long _failures;

    public PushWorker(bool enabled, EventHub events, TimingWheel wheel, PushOptions options)
    {
        _enabled = enabled;
        Events = events;
        _wheel = wheel;
        _limits = options.MergeLimits;
        _merges = options.MergeWindowMaximum > TimeSpan.Zero;
        _merging = new MergingServices(wheel, () => _marked.Writer.TryWrite(this));
    }

    /// <summary>Receives the event of each push from the subscription that makes it.</summary>
    public EventHub Events { get; }

    /// <summary>Nothing is pushed any more.</summary>
    public bool IsEnded => Volatile.Read(ref _ended);

    /// <summary>Lists and deltas written to connections.</summary>
    public long Pushes => Interlocked.Read(ref _pushes);

    /// <summary>Those of <see cref="Pushes"/> that were deltas.</summary>
    public long Deltas => Interlocked.Read(ref _deltas);

    /// <summary>Those of <see cref="Pushes"/> that said that the list is the one the client has.</summary>
    public long Unchanged => Interlocked.Read(ref _unchanged);

    /// <summary>Bytes of their messages.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Lists put off because a connection was behind.</summary>
    public long Resyncs => Interlocked.Read(ref _resyncs);

    /// <summary>Lists written that had no instance.</summary>
    public long EmptyPushes => Interlocked.Read(ref _emptyPushes);

    /// <summary>Lists that could not be written: too large, or the connection was gone.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Marked services and subscriptions that wait.</summary>
    public int Queued => Volatile.Read(ref _queued);

    /// <summary>Changed services that wait for the end of their merge window.</summary>
    public int Merging => _merging.Count;

    public void Enqueue(IPushedService service) => EnqueueMarked(service);

    public void Enqueue(IPushedSubscription subscription) => EnqueueMarked(subscription);

    /// <summary>A buffer that the worker keeps from push to push, for what it pushes. Its thread only; always asked for as one type.</summary>
    public T Buffer<T>()
        where T : class, new() => (T)(_buffer ??= new T());

    /// <summary>A list or delta is on its way to a subscriber. The worker's thread, which is the only writer.</summary>
    public void CountSent(int bytes, MessageType type, bool isEmpty)
    {
        Volatile.Write(ref _pushes, _pushes + 1);
        Volatile.Write(ref _bytes, _bytes + bytes);
        if (type == MessageType.DeltaPush)
        {
            Volatile.Write(ref _deltas, _deltas + 1);
        }
        else if (type == MessageType.UnchangedPush)
        {
            Volatile.Write(ref _unchanged, _unchanged + 1);
        }

        if (isEmpty)
        {
            Interlocked.Increment(ref _emptyPushes);
        }
    }

    /// <summary>A list was put off because the connection of its subscriber was behind.</summary>
    public void CountPutOff() => Interlocked.Increment(ref _resyncs);

    /// <summary>A list could not be written.</summary>
    public void CountFailure() => Interlocked.Increment(ref _failures);

    /// <summary>From now on marks are taken and nothing is pushed.</summary>
    public void End() => Volatile.Write(ref _ended, true);

    /// <summary>Switches pushes off, so that marks are put aside, or on again: then each mark put aside becomes one push of the newest list. Any
    /// thread.</summary>
    public void SetEnabled(bool enabled)
    {
        Volatile.Write(ref _enabled, enabled);

        // Wakes a worker that waits: what was put aside has to go out.
        _marked.Writer.TryWrite(this);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Work first: a worker that starts again after a fault may have services whose window is over.
            do
            {
                while (Step() && !cancellationToken.IsCancellationRequested)
                {
                }
            }
            while (await _marked.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server is stopping.
        }
    }

    /// <summary>Handles one mark or one window that is over; false when there is none. One thread at a time.</summary>
    public bool Step()
    {
        bool enabled = Volatile.Read(ref _enabled);
        if (enabled)
        {
            if (_deferred.Count > 0)
            {
                _deferred.MoveTo(_marked.Writer);
            }

            if (_merging.TryTake(out IPushedService? due))
            {
                PushToAll(due!, waited: true);
                return true;
            }
        }

        if (!_marked.Reader.TryRead(out object? marked))
        {
            if (enabled)
            {
                // Not while pushes are off: what is due would wake this worker again and again.
                _merging.ArmForNext();
            }

            return false;
        }

        if (marked == this)
        {
            _merging.Woken();
            return true;
        }

        IPushedSubscription? subscription = marked as IPushedSubscription;
        if (!enabled && subscription is not { IsAsked: true })
        {
            // Still counted as waiting.
            subscription?.PutAside(this);
            Interlocked.Add(ref _queued, -_deferred.Add(marked));
            return true;
        }

        Interlocked.Decrement(ref _queued);
        if (subscription is not null)
        {
            subscription.PushNewest(this);
            return true;
        }

        IPushedService service = (IPushedService)marked;
        if (_merges && service.MergeWindow.OpenAt > _wheel.Now)
        {
            _merging.Add(service);
        }
        else
        {
            PushToAll(service, waited: false);
        }

        return true;
    }

    private void PushToAll(IPushedService service, bool waited)
    {
        // Mark first, state second: a change after the read sets the mark again.
        service.ClearDirty();
        long startedAt = _wheel.Now;
        if (service.PushToAll(this, out int changes) && _merges)
        {
            service.MergeWindow.Pushed(startedAt, _wheel.Now, waited, changes, _limits);
        }
    }

    private void EnqueueMarked(object marked)
    {
        // A channel with a single reader does not count for itself.
        Interlocked.Increment(ref _queued);
        _marked.Writer.TryWrite(marked);
    }
}

/// <summary>Marks that a push worker has put aside while pushes are switched off.</summary>
/// <remarks>
/// The worker's thread only. Bounded by what lives: whenever it has doubled, the marks of services without subscribers and of subscriptions that have ended are
/// dropped. Left in the worker's queue they would pile up for as long as pushes are off.
/// </remarks>
internal sealed class DeferredPushes
{
    private const int LeastToPrune = 1024;

    private readonly List<object> _marks = [];
    private int _pruneAt = LeastToPrune;

    public int Count => _marks.Count;

    /// <summary>Puts a marked service or subscription aside.</summary>
    /// <returns>How many marks were dropped meanwhile.</returns>
    public int Add(object marked)
    {
        _marks.Add(marked);
        if (_marks.Count < _pruneAt)
        {
            return 0;
        }

        int dropped = _marks.RemoveAll(static mark => !IsStillOfUse(mark));
        _pruneAt = Math.Max(LeastToPrune, 2 * _marks.Count);
        return dropped;
    }

    /// <summary>Gives everything back.</summary>
    public void MoveTo(ChannelWriter<object> marks)
    {
        foreach (object mark in _marks)
        {
            marks.TryWrite(mark);
        }

        _marks.Clear();
        _marks.Capacity = 0;
        _pruneAt = LeastToPrune;
    }

    private static bool IsStillOfUse(object mark)
    {
        if (mark is IPushedSubscription subscription)
        {
            return subscription.IsActive;
        }

        // Mark first, state second: a subscriber that comes after the look has its list as its first push, and a change after it marks the service anew.
        IPushedService service = (IPushedService)mark;
        if (service.SubscriberCount > 0)
        {
            return true;
        }

        service.ClearDirty();
        return service.SubscriberCount > 0 && service.TryMarkDirty();
    }
}

/// <summary>Changed services of one push worker that wait for the end of their window.</summary>
/// <remarks>
/// Belongs to its worker's thread; the wheel's thread only wakes the worker. One wheel entry for all of them, at the earliest end. Bounded: a
/// service keeps its dirty mark while it waits, so it is in here at most once.
/// </remarks>
internal sealed class MergingServices : IDeadlineOwner
{
    private readonly TimingWheel _wheel;
    private readonly Action _wake;
    private readonly int _entry;
    private readonly PriorityQueue<IPushedService, long> _waiting = new();
    private long _armedFor = long.MaxValue;
    private int _count;

    /// <summary>Takes a wheel entry for good.</summary>
    /// <param name="wheel">Source of time.</param>
    /// <param name="wake">Makes the worker look again. Called on the wheel's thread.</param>
    public MergingServices(TimingWheel wheel, Action wake)
    {
        _wheel = wheel;
        _wake = wake;
        _entry = wheel.Allocate(this);
    }

    /// <summary>Services that wait. Any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Add(IPushedService service)
    {
        _waiting.Enqueue(service, service.MergeWindow.OpenAt);
        Volatile.Write(ref _count, _waiting.Count);
    }

    /// <summary>Takes a service whose window is over.</summary>
    public bool TryTake(out IPushedService? service)
    {
        if (!_waiting.TryPeek(out service, out long openAt) || openAt > _wheel.Now)
        {
            return false;
        }

        _waiting.Dequeue();
        Volatile.Write(ref _count, _waiting.Count);
        return true;
    }

    /// <summary>The worker has nothing else to do: it wants to be woken for the next end of a window.</summary>
    public void ArmForNext()
    {
        if (_waiting.TryPeek(out _, out long openAt) && openAt != _armedFor)
        {
            _armedFor = openAt;
            long now = _wheel.Now;
            _wheel.Arm(_entry, now, (int)Math.Max(openAt - now, 1));
        }
    }

    /// <summary>The worker was woken: the wheel knows of nothing any more.</summary>
    public void Woken() => _armedFor = long.MaxValue;

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        _wake();
        return Deadline.None;
    }
}

/// <summary>The shortest and the longest merge window, in wheel milliseconds.</summary>
internal readonly record struct MergeLimits(int MinimumMilliseconds, int MaximumMilliseconds);

/// <summary>Decides when a service may be pushed next: at once while its changes are few and its fan-out is short, else when its window is over.</summary>
/// <remarks>
/// Part of an <see cref="IPushedService"/>; belongs to the thread of its push worker. Two rules, and the later time counts. An allowance: each push is paid
/// for with the shortest window, or with twice the time its fan-out took when that is longer, and up to <see cref="AllowedAtOnce"/> shortest windows may be
/// owed; so a few changes in quick succession go at once, a fan-out that is not short takes at most half of the worker, and no pattern of changes makes more
/// pushes than one per shortest window and <see cref="AllowedAtOnce"/>. A window: under pressure it doubles, and without it halves. Times are wheel
/// milliseconds.
/// </remarks>
internal struct MergeWindow
{
    /// <summary>Pushes that may follow each other at once after quiet.</summary>
    public const int AllowedAtOnce = 8;

    /// <summary>Changes in one push that make a longer window worth its wait.</summary>
    public const int WorthwhileChanges = 4;

    private long _openAt;
    private long _paidUntil;
    private long _pushedAt;
    private int _milliseconds;
    private int _changes;

    /// <summary>The window that began with the last push; 0 = never pushed.</summary>
    public readonly int Milliseconds => _milliseconds;

    /// <summary>From when on it may be pushed.</summary>
    public readonly long OpenAt => _openAt;

    /// <summary>A push was made; the next window begins.</summary>
    /// <param name="startedAt">When the push began.</param>
    /// <param name="endedAt">When the last subscriber had it.</param>
    /// <param name="waited">It had to wait for the window.</param>
    /// <param name="changes">The service's count of changes, as of the list that was pushed.</param>
    /// <param name="limits">Of the window.</param>
    public void Pushed(long startedAt, long endedAt, bool waited, int changes, MergeLimits limits)
    {
        int maximum = limits.MaximumMilliseconds;
        int minimum = Math.Min(limits.MinimumMilliseconds, maximum);
        int merged = unchecked(changes - _changes);

        // More than one change per shortest window: without merging, the pushes could not keep up with the allowance.
        bool pressed = (long)merged * minimum > startedAt - _pushedAt;
        if (waited && pressed)
        {
            _milliseconds = merged >= WorthwhileChanges ? _milliseconds * 2 : _milliseconds;
        }
        else
        {
            // Quiet for the window once: half of it. For twice the window: as if there had been no pressure.
            _milliseconds = !waited && startedAt - _openAt >= _milliseconds ? minimum : _milliseconds / 2;
        }

        _milliseconds = Math.Clamp(_milliseconds, minimum, maximum);
        _changes = changes;
        _pushedAt = startedAt;
        long fanOut = endedAt - startedAt;
        _paidUntil = Math.Max(_paidUntil, startedAt) + Math.Max(minimum, fanOut + Math.Min(fanOut, maximum));
        long allowed = _paidUntil - ((AllowedAtOnce - 1) * minimum);
        _openAt = Math.Max(allowed, _milliseconds > minimum ? endedAt + _milliseconds : endedAt);
    }
}
