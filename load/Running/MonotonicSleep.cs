using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastRegistry.Load.Running;

/// <summary>Sleeps until a <see cref="Stopwatch"/> timestamp, finer than a millisecond where the system can.</summary>
internal static partial class MonotonicSleep
{
    private const int ClockMonotonic = 1;
    private const int AbsoluteTime = 1;
    private const int SetTimerSlack = 29;
    private const ulong TimerSlackNanoseconds = 1_000;
    private const long NanosecondsPerSecond = 1_000_000_000;

    // On Linux the Stopwatch reads CLOCK_MONOTONIC in nanoseconds.
    private static readonly bool IsFine = OperatingSystem.IsLinux() && Environment.Is64BitProcess && Stopwatch.Frequency == NanosecondsPerSecond;

    /// <summary>The calling thread's sleeps may end 1 µs late instead of the system's default 50 µs.</summary>
    public static void SharpenThread()
    {
        if (IsFine)
        {
            // A refusal leaves the default, which is only less exact.
            _ = ProcessControl(SetTimerSlack, TimerSlackNanoseconds, 0, 0, 0);
        }
    }

    public static void Until(long timestamp)
    {
        if (IsFine)
        {
            Timespec until = new(timestamp / NanosecondsPerSecond, timestamp % NanosecondsPerSecond);
            // A signal may end it early; callers look at the clock again.
            _ = ClockSleep(ClockMonotonic, AbsoluteTime, in until, 0);
        }
        else
        {
            Thread.Sleep(1);
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static partial int ClockSleep(int clock, int flags, in Timespec request, nint remaining);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ProcessControl(int option, ulong argument, ulong unused3, ulong unused4, ulong unused5);

    private readonly record struct Timespec(long Seconds, long Nanoseconds);
}
