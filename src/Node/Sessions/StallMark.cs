namespace FastRegistry.Node.Sessions;

/// <summary>Where something stood when it stopped moving, and when. A mutable struct in a field of its owner; read by the wheel's thread.</summary>
internal struct StallMark()
{
    private long _since;
    private long _bytes = -1;

    /// <summary>Wheel time; counts while it <see cref="IsAt"/> the same place.</summary>
    public readonly long Since => Volatile.Read(in _since);

    /// <summary>It still stands where it was noted.</summary>
    public readonly bool IsAt(long sentBytes) => Volatile.Read(in _bytes) == sentBytes;

    public void Note(long now, long sentBytes)
    {
        // Time first: a reader that finds these bytes must not find the time of an older stall.
        Volatile.Write(ref _since, now);
        Volatile.Write(ref _bytes, sentBytes);
    }
}
