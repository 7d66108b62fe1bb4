using FastRegistry.Registry.Instances;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Registry.Services;

/// <summary>The services with most changes in a window of 30 s, as Nacos' <c>service_change_count</c> tells them.</summary>
/// <remarks>
/// One per node. Every service counts its own changes, so a change costs one comparison; only those that are among the busiest take the lock, and of a very busy one
/// every sixteenth change does. Bounded by <see cref="Places"/>, whatever the number of services (W29). Changes are noted under the service's gate; the lock here is
/// the last one taken.
/// </remarks>
internal sealed class BusiestServices(TimingWheel wheel)
{
    /// <summary>Services that are told, as in Nacos.</summary>
    public const int Places = 10;

    /// <summary>Length of a window, as in Nacos.</summary>
    public const int WindowMilliseconds = 30_000;

    private const int AlwaysNoted = 16;

    private readonly Lock _placesGate = new();
    private List<(ServiceKey Service, int Changes)> _places = new(Places);
    private List<(ServiceKey Service, int Changes)> _before = [];
    private long _window;
    private int _least;

    /// <summary>Number of the window that runs.</summary>
    public long Window => wheel.Now / WindowMilliseconds;

    /// <summary>A service has changed once more in a window.</summary>
    public void Note(ServiceKey service, long window, int changes)
    {
        bool isCandidate = window != Volatile.Read(ref _window) || changes > Volatile.Read(ref _least);
        if (!isCandidate || (changes > AlwaysNoted && changes % AlwaysNoted != 0))
        {
            return;
        }

        lock (_placesGate)
        {
            TurnHoldingGate(window);
            if (window == _window)
            {
                PlaceHoldingGate(service, changes);
            }
        }
    }

    /// <summary>The busiest services of the last whole window, busiest first; counts above 16 are rounded down to a multiple of it.</summary>
    public IReadOnlyList<(ServiceKey Service, int Changes)> Read()
    {
        lock (_placesGate)
        {
            TurnHoldingGate(Window);
            return _before;
        }
    }

    private void TurnHoldingGate(long window)
    {
        if (window <= _window)
        {
            return;
        }

        _places.Sort(static (left, right) => right.Changes.CompareTo(left.Changes));
        _before = window == _window + 1 ? _places : [];
        _places = new List<(ServiceKey, int)>(Places);
        Volatile.Write(ref _least, 0);
        Volatile.Write(ref _window, window);
    }

    private void PlaceHoldingGate(ServiceKey service, int changes)
    {
        int place = IndexOfHoldingGate(service);
        if (place < 0 && _places.Count < Places)
        {
            _places.Add((service, changes));
        }
        else
        {
            place = place < 0 ? IndexOfLeastHoldingGate() : place;
            if (changes > _places[place].Changes)
            {
                _places[place] = (service, changes);
            }
        }

        Volatile.Write(ref _least, _places.Count < Places ? 0 : _places[IndexOfLeastHoldingGate()].Changes);
    }

    /// <summary>A loop: a predicate would be an object per call.</summary>
    private int IndexOfHoldingGate(ServiceKey service)
    {
        for (int i = 0; i < _places.Count; i++)
        {
            if (_places[i].Service.Equals(service))
            {
                return i;
            }
        }

        return -1;
    }

    private int IndexOfLeastHoldingGate()
    {
        int least = 0;
        for (int i = 1; i < _places.Count; i++)
        {
            least = _places[i].Changes < _places[least].Changes ? i : least;
        }

        return least;
    }
}
