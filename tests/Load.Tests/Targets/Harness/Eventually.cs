using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FastRegistry.Load.Tests.Targets.Harness;

/// <summary>Waits for conditions, never for time to pass.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task TrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Deadline, $"not within {Deadline.TotalSeconds} s: {text}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
