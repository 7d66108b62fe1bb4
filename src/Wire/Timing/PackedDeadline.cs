namespace FastRegistry.Wire.Timing;

/// <summary>Start and time-out of an entry in one 64-bit word, so that a reader never sees the start of one deadline with the time-out of another.</summary>
/// <remarks>
/// <code>
/// SSSS_SSSS SSSS_SSSS SSSS_SSSS SSSS_SSSS STTT_TTTT TTTT_TTTT TTTT_TTTT TTTT_TTTT
/// S: low 33 bits of the start (wheel milliseconds)   T: time-out, milliseconds; 0 = not armed
/// </code>
/// The lost high bits come back from the reader's clock: a start is at most 24.8 days ahead of it and at most 74 days behind.
/// </remarks>
internal static class PackedDeadline
{
    public const long Disarmed = 0;

    /// <summary>Stands in the word while the owner is being called: whoever stores meanwhile is noticed.</summary>
    public const long Firing = 1L << TimeoutBits;

    private const int TimeoutBits = 31;
    private const long TimeoutMask = (1L << TimeoutBits) - 1;
    private const long StartMask = (1L << (64 - TimeoutBits)) - 1;

    public static long Pack(long start, int timeoutMilliseconds) => (start << TimeoutBits) | (uint)timeoutMilliseconds;

    public static bool IsArmed(long word) => (word & TimeoutMask) != 0;

    public static int Timeout(long word) => (int)(word & TimeoutMask);

    public static long Start(long word, long now)
    {
        long newest = now + int.MaxValue;
        return newest - ((newest - (word >>> TimeoutBits)) & StartMask);
    }

    /// <summary>Brings a start into the range the word can hold; what is cut off is overdue anyway, or weeks away.</summary>
    public static long ClampStart(long start, long now) => Math.Clamp(start, now - int.MaxValue - 1L, now + int.MaxValue);
}
