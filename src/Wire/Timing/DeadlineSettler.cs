namespace FastRegistry.Wire.Timing;

/// <summary>
/// Decides what becomes of one entry that is in no slot: call its owner, link it where its deadline belongs, or leave it out. Owned by the wheel,
/// runs on the wheel's thread only; <see cref="GapEnd"/> and the counters may be read from any.
/// </summary>
/// <remarks>
/// The race with a thread that stores a deadline: that thread stores, passes a full fence and reads where the entry is linked; this one links,
/// passes a full fence and reads the deadline again. Whichever comes second sees the other, so an earlier deadline is never overlooked.
/// </remarks>
internal sealed class DeadlineSettler(WheelStore store, WheelSlots slots, TimingWheelOptions options)
{
    private const long NoDeadline = long.MaxValue;

    private long _gapEnd;
    private long _firedTotal;
    private long _ownerFaults;
    private long _lastLatenessMilliseconds;

    public long GapEnd
    {
        get => Volatile.Read(ref _gapEnd);
        set => Volatile.Write(ref _gapEnd, value);
    }

    public long FiredTotal => Volatile.Read(ref _firedTotal);

    public long OwnerFaults => Volatile.Read(ref _ownerFaults);

    public long LastLatenessMilliseconds => Volatile.Read(ref _lastLatenessMilliseconds);

    /// <summary>Settles an unlinked entry while the wheel stands at <paramref name="tick"/>; returns whether its owner was called.</summary>
    public bool Settle(int index, long tick, long now)
    {
        ref WheelEntry entry = ref store.Entry(index);
        bool fired = false;
        while (true)
        {
            long due = ReadDue(index, ref entry, now, out long armed, out long touched);
            if (due <= now && !fired)
            {
                fired = TryFire(index, ref entry, armed, touched, now, due);
                continue;
            }

            long linkedAt = WheelEntry.Unlinked;
            if (due != NoDeadline)
            {
                linkedAt = Link(index, ref entry, due, tick, now);
            }

            Volatile.Write(ref entry.LinkedAt, linkedAt);
            Interlocked.MemoryBarrier();
            long dueNow = ReadDue(index, ref entry, now, out _, out _);
            if (dueNow >= due || dueNow > linkedAt)
            {
                return fired;
            }

            if (due != NoDeadline)
            {
                slots.Unlink(ref entry);
            }
        }
    }

    private long Link(int index, ref WheelEntry entry, long due, long tick, long now)
    {
        // An owner that asks for a deadline in the past is called again in the next slot, not in a loop.
        long dueTick = due <= now ? (now / WheelGeometry.TickMilliseconds) + 1 : WheelGeometry.DueTick(due);
        int slot = WheelGeometry.Place(Math.Max(dueTick, tick + 1), tick, out long examinedBy);
        slots.Link(index, ref entry, slot);

        // Rounded up, a deadline after this millisecond belongs to the tick the slot is examined by, or to a later one.
        return (examinedBy - 1) * WheelGeometry.TickMilliseconds;
    }

    private long ReadDue(int index, ref WheelEntry entry, long now, out long armed, out long touched)
    {
        // In this order, the reverse of the writers': a new start is never seen with an old time-out. An old start with a new time-out is only
        // ever later than the new deadline, and the writer then finds the entry linked too late.
        touched = Volatile.Read(ref store.Start(index));
        armed = Volatile.Read(ref entry.Armed);
        if (!PackedDeadline.IsArmed(armed) || (Volatile.Read(ref entry.Flags) & WheelEntry.Live) == 0)
        {
            return NoDeadline;
        }

        long start = Math.Max(touched, PackedDeadline.Start(armed, now));
        return Math.Max(start, _gapEnd) + PackedDeadline.Timeout(armed);
    }

    private bool TryFire(int index, ref WheelEntry entry, long armed, long touched, long now, long due)
    {
        if (Interlocked.CompareExchange(ref entry.Armed, PackedDeadline.Firing, armed) != armed)
        {
            return false;
        }

        Volatile.Write(ref _firedTotal, _firedTotal + 1);
        Volatile.Write(ref _lastLatenessMilliseconds, now - due);
        options.LatenessObserved?.Invoke(now - due);
        Deadline answer = Call(entry.Owner!, index, now);
        StoreAnswer(index, ref entry, answer, touched, now);
        return true;
    }

    private Deadline Call(IDeadlineOwner owner, int index, long now)
    {
#pragma warning disable CA1031 // Whatever an owner throws concerns that owner; all other deadlines depend on the wheel going on.
        try
        {
            return owner.OnDeadline(index, now);
        }
        catch (Exception exception)
        {
            Volatile.Write(ref _ownerFaults, _ownerFaults + 1);
            try
            {
                options.OwnerFaulted?.Invoke(exception);
            }
            catch (Exception)
            {
                // Reporting is best effort; the fault is counted.
            }

            return Deadline.None;
        }
#pragma warning restore CA1031
    }

    private void StoreAnswer(int index, ref WheelEntry entry, Deadline answer, long touched, long now)
    {
        long start = PackedDeadline.ClampStart(answer.Start, now);
        long word = answer.IsNone ? PackedDeadline.Disarmed : PackedDeadline.Pack(start, answer.TimeoutMilliseconds);
        long expected = PackedDeadline.Firing;
        while (true)
        {
            long seen = Interlocked.CompareExchange(ref entry.Armed, word, expected);
            if (seen == expected)
            {
                break;
            }

            // Another thread armed during the call, before or after the owner made up its answer: the earlier deadline loses nothing.
            if (answer.IsNone || (PackedDeadline.IsArmed(seen) && DueOf(seen, now) <= start + answer.TimeoutMilliseconds))
            {
                return;
            }

            expected = seen;
        }

        if (!answer.IsNone && touched > start)
        {
            // Fails when somebody touched during the call, and that touch then counts.
            Interlocked.CompareExchange(ref store.Start(index), start, touched);
        }
    }

    private static long DueOf(long word, long now) => PackedDeadline.Start(word, now) + PackedDeadline.Timeout(word);
}

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
