using System.Diagnostics;

namespace FastRegistry.Load.Running;

/// <summary>Times to come as Stopwatch timestamps.</summary>
internal static class Deadline
{
    public static long After(TimeSpan time) => Stopwatch.GetTimestamp() + TicksOf(time);

    public static long TicksOf(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
