namespace FastRegistry.Tests;

/// <summary>How the bytes of one connection travel in one direction.</summary>
internal sealed record LinkOptions
{
    private const int BitsPerMegabit = 1_000_000;

    /// <summary>No delay and no bound on the rate: bytes arrive with the flush that sends them.</summary>
    public static LinkOptions Immediate { get; } = new();

    /// <summary>Time from the last bit on the line to its arrival.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Rate of the line, for each connection alone; 0 = no bound.</summary>
    public long BitsPerSecond { get; init; }

    /// <summary>Largest addition to <see cref="Delay"/>, drawn for each piece from the seed of the network. The order of the bytes is kept.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Bytes that may wait for the line; with more, the writer's flush waits until half of them have left.</summary>
    public int SendBufferBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes that may be on the way or unread at the receiver; with more, the line waits for the reader.</summary>
    public int ReceiveWindowBytes { get; init; } = 1024 * 1024;

    /// <summary>One of the two equal directions of a link with a round-trip time; a rate of 0 has no bound.</summary>
    public static LinkOptions OfRoundTrip(TimeSpan roundTrip, double megabitsPerSecond = 0) =>
        new() { Delay = roundTrip / 2, BitsPerSecond = (long)(megabitsPerSecond * BitsPerMegabit) };
}
