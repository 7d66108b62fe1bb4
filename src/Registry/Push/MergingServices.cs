using FastRegistry.Registry.Services;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Registry.Push;

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
    private readonly PriorityQueue<ServiceEntry, long> _waiting = new();
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

    public void Add(ServiceEntry service)
    {
        _waiting.Enqueue(service, service.MergeWindow.OpenAt);
        Volatile.Write(ref _count, _waiting.Count);
    }

    /// <summary>Takes a service whose window is over.</summary>
    public bool TryTake(out ServiceEntry? service)
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
