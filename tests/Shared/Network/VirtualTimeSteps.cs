namespace FastRegistry.Tests;

/// <summary>Moves virtual time from timer to timer, so that what a timer sets off happens at its time and not at the end of a slice.</summary>
internal static class VirtualTimeSteps
{
    /// <summary>Moves time on, with <paramref name="pump"/> run after each timer that fires.</summary>
    public static void AdvanceByTimers(this VirtualTimeProvider time, TimeSpan span, Action pump)
    {
        long end = time.GetTimestamp() + span.Ticks;
        pump();
        while (time.NextTimer is { } next && time.GetTimestamp() + next.Ticks <= end)
        {
            time.Advance(next);
            pump();
        }

        time.Advance(TimeSpan.FromTicks(end - time.GetTimestamp()));
        pump();
    }

    /// <summary>Moves time on until the condition holds; returns how long that took.</summary>
    public static TimeSpan AdvanceUntil(this VirtualTimeProvider time, Func<bool> condition, TimeSpan deadline, Action pump)
    {
        long start = time.GetTimestamp();
        pump();
        while (!condition())
        {
            Assert.True(time.GetTimestamp() - start < deadline.Ticks, $"not within {deadline} of virtual time");
            Assert.True(time.NextTimer is not null, "nothing more will happen");
            time.Advance(time.NextTimer!.Value);
            pump();
        }

        return TimeSpan.FromTicks(time.GetTimestamp() - start);
    }
}
