namespace FastRegistry.Tests;

/// <summary>What has passed in one direction: of one connection, of two hosts, or of a whole network, each counted in its parent too.</summary>
/// <remarks>Written under the lock of the network; a reader on another thread sees each figure by itself.</remarks>
internal sealed class TrafficCounters(TrafficCounters? parent = null)
{
    /// <summary>Connections that were made.</summary>
    public int Connects { get; private set; }

    /// <summary>Bytes that have arrived.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes on the way now, those on the line included.</summary>
    public long InFlight { get; private set; }

    /// <summary>The most that was on the way at one moment.</summary>
    public long HighestInFlight { get; private set; }

    /// <summary>The most that waited for the line of one connection.</summary>
    public long HighestBuffered { get; private set; }

    /// <summary>The most that was on the way or unread on one connection.</summary>
    public long HighestWindow { get; private set; }

    public void ConnectedLocked()
    {
        Connects++;
        parent?.ConnectedLocked();
    }

    public void SentLocked(long bytes, long window)
    {
        InFlight += bytes;
        HighestInFlight = Math.Max(HighestInFlight, InFlight);
        HighestWindow = Math.Max(HighestWindow, window);
        parent?.SentLocked(bytes, window);
    }

    public void ArrivedLocked(long bytes)
    {
        InFlight -= bytes;
        Bytes += bytes;
        parent?.ArrivedLocked(bytes);
    }

    public void LostLocked(long bytes)
    {
        InFlight -= bytes;
        parent?.LostLocked(bytes);
    }

    public void BufferedLocked(long bytes)
    {
        HighestBuffered = Math.Max(HighestBuffered, bytes);
        parent?.BufferedLocked(bytes);
    }
}
