namespace FastRegistry.Load.Running;

/// <summary>How many copies a ramp has at which time: the linear course, rounded up. A pure function.</summary>
/// <param name="From">At the beginning.</param>
/// <param name="To">At the end.</param>
/// <param name="DuringTicks">Length in Stopwatch ticks.</param>
internal readonly record struct CopyRamp(int From, int To, long DuringTicks)
{
    /// <summary>The number right after a time.</summary>
    public int CopiesAfter(long ticks)
    {
        if (ticks >= DuringTicks)
        {
            return To;
        }

        long steps = (long)((Int128)Math.Max(ticks, 0) * Math.Abs((long)To - From) / DuringTicks);
        return To > From ? (int)(From + steps + 1) : (int)(From - steps);
    }

    /// <summary>The next time after <paramref name="ticks"/> at which the number changes.</summary>
    public long NextChangeAfter(long ticks)
    {
        long changes = Math.Abs((long)To - From);
        if (changes == 0 || ticks >= DuringTicks)
        {
            return DuringTicks;
        }

        long steps = (long)((Int128)Math.Max(ticks, 0) * changes / DuringTicks);
        Int128 numerator = (Int128)(steps + 1) * DuringTicks;
        return (long)((numerator + changes - 1) / changes);
    }
}
