namespace FastRegistry.Wire.Timing;

/// <summary>
/// Where a deadline belongs. Time is counted in ticks of 10 ms; slots of the three levels span 1 tick, 100 ticks (1 s) and 6,400 ticks (64 s).
/// </summary>
/// <remarks>
/// The second after the current one is always being spread into the fine level, and the 64 s span after that one into the second level. So each
/// level reaches over twice the next level's slot, and an entry for the second being spread goes to the fine level directly. Beyond the last level
/// (68 minutes) an entry waits in the farthest slot and is placed anew from there.
/// </remarks>
internal static class WheelGeometry
{
    public const int TickMilliseconds = 10;
    public const int TicksPerSecond = 100;
    public const int SecondsPerSpan = 64;

    public const int FineSlots = 256;
    public const int SecondSlots = 128;
    public const int SpanSlots = 64;

    /// <summary>First slot number of each level; slots are numbered through so that an entry needs to store only one number.</summary>
    public const int FineOffset = 0;
    public const int SecondOffset = FineOffset + FineSlots;
    public const int SpanOffset = SecondOffset + SecondSlots;
    public const int SlotCount = SpanOffset + SpanSlots;

    /// <summary>The tick whose slot a deadline belongs to: rounded up, so that it is never early.</summary>
    public static long DueTick(long dueMilliseconds) => (dueMilliseconds + TickMilliseconds - 1) / TickMilliseconds;

    /// <summary>The second that is being spread into the fine level while the wheel stands at <paramref name="tick"/>.</summary>
    public static long SpreadSecond(long tick) => (tick / TicksPerSecond) + 1;

    /// <summary>The span that is being spread into the second level while <paramref name="spreadSecond"/> is.</summary>
    public static long SpreadSpan(long spreadSecond) => (spreadSecond / SecondsPerSpan) + 1;

    /// <summary>The tick before which the slot of a second must be empty.</summary>
    public static long SecondTick(long second) => second * TicksPerSecond;

    /// <summary>The tick before which the slot of a span must be empty: a second early, when its first second begins to be spread.</summary>
    public static long SpanTick(long span) => ((span * SecondsPerSpan) - 1) * TicksPerSecond;

    public static int FineSlot(long tick) => FineOffset + (int)(tick & (FineSlots - 1));

    public static int SecondSlot(long second) => SecondOffset + (int)(second & (SecondSlots - 1));

    public static int SpanSlot(long span) => SpanOffset + (int)(span & (SpanSlots - 1));

    /// <summary>The slot for <paramref name="dueTick"/> (after <paramref name="tick"/>, where the wheel stands) and the tick by which it is examined.</summary>
    public static int Place(long dueTick, long tick, out long examinedBy)
    {
        long second = dueTick / TicksPerSecond;
        long spreadSecond = SpreadSecond(tick);
        if (second <= spreadSecond)
        {
            examinedBy = dueTick;
            return FineSlot(dueTick);
        }

        if (second < spreadSecond + SecondSlots)
        {
            examinedBy = SecondTick(second);
            return SecondSlot(second);
        }

        long span = Math.Min(second / SecondsPerSpan, SpreadSpan(spreadSecond) + SpanSlots - 1);
        examinedBy = SpanTick(span);
        return SpanSlot(span);
    }
}
