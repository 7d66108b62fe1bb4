namespace FastRegistry.Wire.Timing;

/// <summary>
/// Turns the wheel: takes the inbox, empties the slots that came due and spreads the coming coarse slots into finer ones, all within a budget of
/// entries per step. Owned by the wheel, runs on the wheel's thread only.
/// </summary>
internal sealed class WheelEngine(WheelStore store, WheelInbox inbox, WheelSlots slots, DeadlineSettler settler, int maximumWorkPerStep)
{
    /// <summary>Coarse slots up to this size are spread at once: fewer wake-ups, and still far below a noticeable burst.</summary>
    private const int LeastSpread = 256;

    private int _takenInbox = WheelEntry.None;
    private long _tick;
    private long _now;
    private int _budget;
    private int _examined;
    private int _fired;

    public WheelStep Step(long now)
    {
        _now = now;
        _budget = maximumWorkPerStep;
        _examined = 0;
        _fired = 0;
        long tickBefore = _tick;

        DrainInbox();
        bool caughtUp = TurnTo(now / WheelGeometry.TickMilliseconds);
        if (caughtUp)
        {
            SpreadAhead(_tick - tickBefore);
        }

        bool more = !caughtUp || _takenInbox != WheelEntry.None;
        return new WheelStep(_fired, _examined, more, more ? 0 : MillisecondsToNextWork());
    }

    private void DrainInbox()
    {
        if (_takenInbox == WheelEntry.None)
        {
            _takenInbox = inbox.TakeAll();
        }

        // Half the budget, so that threads arming without pause cannot keep the wheel from turning.
        int allowance = _budget / 2;
        while (_takenInbox != WheelEntry.None && allowance-- > 0)
        {
            int index = _takenInbox;
            int flags = inbox.Pop(ref _takenInbox);
            ref WheelEntry entry = ref store.Entry(index);
            if (entry.Slot != WheelEntry.None)
            {
                slots.Unlink(ref entry);
            }

            if ((flags & WheelEntry.Released) == 0)
            {
                Settle(index);
            }
            else
            {
                store.Free(index);
                _budget--;
                _examined++;
            }
        }
    }

    private bool TurnTo(long target)
    {
        while (true)
        {
            if (!TryEmpty(WheelGeometry.FineSlot(_tick)))
            {
                return false;
            }

            if (_tick >= target)
            {
                return true;
            }

            if (slots.Linked == 0)
            {
                _tick = target;
                return true;
            }

            long second = WheelGeometry.SpreadSecond(_tick);
            long lastOfSecond = Math.Min(target, WheelGeometry.SecondTick(second) - 1);
            if (_tick < lastOfSecond)
            {
                _tick = NextFineTick(lastOfSecond);
            }
            else if (!TryEnterSecond(second))
            {
                return false;
            }
        }
    }

    /// <summary>The next tick whose fine slot holds entries, or <paramref name="limit"/> when none before it does.</summary>
    private long NextFineTick(long limit)
    {
        int distance = slots.DistanceToOccupied(WheelGeometry.FineOffset, WheelGeometry.FineSlots, _tick + 1);
        return distance < 0 ? limit : Math.Min(limit, _tick + 1 + distance);
    }

    private bool TryEnterSecond(long second)
    {
        // Charged although no entry is looked at: a step after a pause of days stays bounded, too.
        _budget--;
        long spreadNext = second + 1;
        if (_budget < 0 || !TryEmpty(WheelGeometry.SecondSlot(second)))
        {
            return false;
        }

        if (spreadNext % WheelGeometry.SecondsPerSpan == 0 && !TryEmpty(WheelGeometry.SpanSlot(spreadNext / WheelGeometry.SecondsPerSpan)))
        {
            return false;
        }

        _tick = WheelGeometry.SecondTick(second);
        return true;
    }

    private bool TryEmpty(int slot)
    {
        SettleUpTo(slot, int.MaxValue);
        return slots.Count(slot) == 0;
    }

    private void SpreadAhead(long elapsedTicks)
    {
        long second = WheelGeometry.SpreadSecond(_tick);
        Spread(WheelGeometry.SecondSlot(second), elapsedTicks, WheelGeometry.SecondTick(second) - _tick);
        long span = WheelGeometry.SpreadSpan(second);
        Spread(WheelGeometry.SpanSlot(span), elapsedTicks, WheelGeometry.SpanTick(span) - _tick);
    }

    /// <summary>Moves the share of a coarse slot that makes it empty just in time when the wheel keeps its pace.</summary>
    private void Spread(int slot, long elapsedTicks, long ticksLeft)
    {
        int count = slots.Count(slot);
        if (count == 0 || elapsedTicks == 0)
        {
            return;
        }

        long share = ((count * elapsedTicks) + ticksLeft - 1) / ticksLeft;
        SettleUpTo(slot, (int)Math.Clamp(share, LeastSpread, int.MaxValue));
    }

    private void SettleUpTo(int slot, int limit)
    {
        for (int settled = 0; settled < limit && _budget > 0; settled++)
        {
            int index = slots.Pop(slot);
            if (index == WheelEntry.None)
            {
                return;
            }

            Settle(index);
        }
    }

    private void Settle(int index)
    {
        _budget--;
        _examined++;
        if (settler.Settle(index, _tick, _now))
        {
            _fired++;
        }
    }

    private long MillisecondsToNextWork()
    {
        long tick = long.MaxValue;
        int distance = slots.DistanceToOccupied(WheelGeometry.FineOffset, WheelGeometry.FineSlots, _tick + 1);
        if (distance >= 0)
        {
            tick = _tick + 1 + distance;
        }

        // A coarse slot is work from the moment the one before it has been spread.
        long second = WheelGeometry.SpreadSecond(_tick);
        distance = slots.DistanceToOccupied(WheelGeometry.SecondOffset, WheelGeometry.SecondSlots, second);
        if (distance >= 0)
        {
            tick = Math.Min(tick, Math.Max(_tick + 1, WheelGeometry.SecondTick(second + distance - 1)));
        }

        long span = WheelGeometry.SpreadSpan(second);
        distance = slots.DistanceToOccupied(WheelGeometry.SpanOffset, WheelGeometry.SpanSlots, span);
        if (distance >= 0)
        {
            tick = Math.Min(tick, Math.Max(_tick + 1, WheelGeometry.SpanTick(span + distance - 1)));
        }

        return tick == long.MaxValue ? long.MaxValue : (tick * WheelGeometry.TickMilliseconds) - _now;
    }
}

/// <summary>What one call of <see cref="TimingWheel.Step"/> did and when the next one is due.</summary>
/// <param name="Fired">Owners called.</param>
/// <param name="Examined">Entries looked at, at most <see cref="TimingWheelOptions.MaximumWorkPerStep"/>.</param>
/// <param name="More">Work is left over: step again at once.</param>
/// <param name="NextDueMilliseconds">
/// Milliseconds until a slot holds work; never later than the earliest deadline's slot, earlier when a coarse slot is to be spread out first.
/// Zero while <paramref name="More"/> holds, <see cref="long.MaxValue"/> when the wheel is empty.
/// </param>
public readonly record struct WheelStep(int Fired, int Examined, bool More, long NextDueMilliseconds);
