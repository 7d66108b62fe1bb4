namespace FastRegistry.Wire.Timing;

/// <summary>A deadline as a start and a time-out, so that a pause of the process can give the whole time-out again.</summary>
/// <param name="Start">Wheel milliseconds from which the time-out counts.</param>
/// <param name="TimeoutMilliseconds">Length in milliseconds; zero or less means there is no deadline.</param>
public readonly record struct Deadline(long Start, int TimeoutMilliseconds)
{
    /// <summary>No deadline: the entry is disarmed.</summary>
    public static Deadline None => default;

    /// <summary>Whether there is no deadline.</summary>
    public bool IsNone => TimeoutMilliseconds <= 0;

    /// <summary>The wheel millisecond at which this comes due, pauses of the process not counted; <see cref="long.MaxValue"/> for none.</summary>
    public long Due => IsNone ? long.MaxValue : Start + TimeoutMilliseconds;

    /// <summary>A deadline <paramref name="timeoutMilliseconds"/> after <paramref name="start"/>.</summary>
    /// <param name="start">Wheel milliseconds from which the time-out counts.</param>
    /// <param name="timeoutMilliseconds">Length in milliseconds, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time-out is zero or negative.</exception>
    public static Deadline After(long start, int timeoutMilliseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(timeoutMilliseconds);
        return new Deadline(start, timeoutMilliseconds);
    }
}
