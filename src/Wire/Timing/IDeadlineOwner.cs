namespace FastRegistry.Wire.Timing;

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
