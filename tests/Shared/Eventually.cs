using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FastRegistry.Tests;

/// <summary>Waits for conditions that other threads or processes make true, with a deadline that a busy machine keeps; never for time to pass.</summary>
internal static class Eventually
{
    /// <summary>For what happens in this process.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Blocks the calling thread: for tests whose own thread must not change.</summary>
    public static void True(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        long started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Deadline)
            {
                Assert.Fail($"not within {Deadline.TotalSeconds} s: {text}");
            }

            Thread.Sleep(1);
        }
    }

    public static async Task TrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        long started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, $"not within {Deadline.TotalSeconds} s: {text}");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>For what takes another process some time.</summary>
    public static Task TrueAsync(Func<bool> condition, TimeSpan deadline, Func<string> complaint) =>
        GetAsync(() => condition() ? "" : null, deadline, complaint);

    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan deadline, Func<string> complaint)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < deadline, $"after {deadline}: {complaint()}");
            await Task.Delay(LongPause, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits for something to be there, and returns it.</summary>
    public static async Task<T> GetAsync<T>(Func<T?> find, TimeSpan deadline, Func<string> complaint)
        where T : class
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (find() is { } found)
            {
                return found;
            }

            Assert.True(Stopwatch.GetElapsedTime(started) < deadline, $"after {deadline}: {complaint()}");
            await Task.Delay(LongPause, TestContext.Current.CancellationToken);
        }
    }
}
