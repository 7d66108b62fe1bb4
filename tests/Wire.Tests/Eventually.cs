using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FastRegistry.Wire.Tests;

/// <summary>Waits for conditions, never for time to pass.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public static void True(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Deadline)
            {
                Assert.Fail($"not within {Deadline.TotalSeconds} s: {text}");
            }

            Thread.Sleep(1);
        }
    }
}
