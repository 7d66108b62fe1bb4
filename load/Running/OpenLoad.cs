using System.Diagnostics;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Running;

/// <summary>The open phases of a session: begins every iteration when it is due, whatever became of those before.</summary>
/// <remarks>The load thread runs them and everything an iteration does before its first wait; any thread reads the counts. Owned by a
/// <see cref="LoadSession"/>.</remarks>
internal sealed class OpenLoad(LoadSession session, LoadWait wait, int maximumActive)
{
    // At high rates the iterations of this time begin together, and what they send leaves together.
    private static readonly long GranularityTicks = Stopwatch.Frequency / 5_000;

    // A generator that was held up begins what is due later than planned, but not without end.
    private static readonly long CatchUpTicks = Stopwatch.Frequency;

    private readonly OpenIterationPool _pool = new(session, maximumActive);
    private OpenSchedule? _schedule;
    private long _phaseBegin;
    private long _asked;
    private long _started;
    private long _refused;

    /// <summary>Of phases that are over.</summary>
    public long Asked => Volatile.Read(ref _asked);

    public long Started => Volatile.Read(ref _started);

    /// <summary>Due iterations for which there was no place.</summary>
    public long Refused => Volatile.Read(ref _refused);

    public IEnumerable<IterationContext> Places => _pool.Places;

    /// <summary>What was asked for until now.</summary>
    public long ReadAsked()
    {
        double running = Volatile.Read(ref _schedule)?.AskedAfter(Stopwatch.GetElapsedTime(Volatile.Read(ref _phaseBegin)).TotalSeconds) ?? 0;
        return Asked + (long)running;
    }

    /// <summary>Runs a phase.</summary>
    /// <param name="end">May be before the end of the schedule.</param>
    public void RunUntil(OpenSchedule schedule, long begin, long end)
    {
        Volatile.Write(ref _phaseBegin, begin);
        Volatile.Write(ref _schedule, schedule);
        long asked = BeginAllDue(schedule, begin, end);
        Volatile.Write(ref _schedule, null);
        Volatile.Write(ref _asked, _asked + asked);
        wait.Until(end);
    }

    private long BeginAllDue(OpenSchedule schedule, long begin, long end)
    {
        long asked = 0;
        long now = Stopwatch.GetTimestamp();
        long wakeAt = begin;
        while (schedule.TryNext(out long dueTicks) && begin + dueTicks < end)
        {
            long due = begin + dueTicks;
            if (due > now)
            {
                // From wake-up to planned wake-up, so that being woken late does not add up.
                now = Stopwatch.GetTimestamp();
                if (due > now)
                {
                    wakeAt = Math.Max(due, wakeAt + GranularityTicks);
                    wait.Until(wakeAt);
                    now = Stopwatch.GetTimestamp();
                }
            }

            if (wait.IsStopped)
            {
                long stoppedAt = Math.Min(end, Stopwatch.GetTimestamp());
                return due < stoppedAt ? asked + 1 + schedule.CountRest(stoppedAt - begin) : asked;
            }

            asked++;
            if (now > end + CatchUpTicks)
            {
                return asked + schedule.CountRest(end - begin);
            }

            BeginOne(due);
        }

        return asked;
    }

    private void BeginOne(long due)
    {
        if (_pool.TryTake() is { } place)
        {
            Volatile.Write(ref _started, _started + 1);
            place.Begin(due);
        }
        else
        {
            Volatile.Write(ref _refused, _refused + 1);
            session.RecorderOf(0).RecordEnd(0, -1, LoadResult.Fail("too many in flight"));
        }
    }
}
