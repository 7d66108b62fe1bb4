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

/// <summary>Owner of one or more entries of a <see cref="TimingWheel"/>. Called on the wheel's thread only, one call at a time per wheel.</summary>
public interface IDeadlineOwner
{
    /// <summary>Called when <paramref name="entry"/> came due; decides what becomes of it.</summary>
    /// <remarks>
    /// <para>Must be short and must not block: every other deadline of the wheel waits meanwhile.</para>
    /// <para>
    /// A touch may race with the call, so an owner that ejects on silence compares its own state once more. When another thread arms the entry
    /// during the call, the earlier of that deadline and the answer holds; a concurrent disarm loses to an answer that re-arms. So nothing is
    /// ever lost, and a call that turns out to be needless is possible. An owner with several deadlines arms its entry while holding the lock
    /// that guards them.
    /// </para>
    /// <para>An exception is caught and counted, and the entry is disarmed.</para>
    /// </remarks>
    /// <param name="entry">The entry, as <see cref="TimingWheel.Allocate"/> returned it.</param>
    /// <param name="now">The wheel's time of the running step, in wheel milliseconds.</param>
    /// <returns><see cref="Deadline.None"/> to disarm the entry, else its next deadline.</returns>
    Deadline OnDeadline(int entry, long now);
}
