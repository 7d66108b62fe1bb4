namespace FastRegistry.Registry.Events;

/// <summary>How many lines of one kind were written in the present second, and how many events were not. Worker's thread only.</summary>
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
