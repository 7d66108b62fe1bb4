using System.Diagnostics;

namespace FastRegistry.ProcessTests;

/// <summary>Waiting for a condition with a deadline.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

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
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }

    public static Task TrueAsync(Func<bool> condition, TimeSpan deadline, Func<string> complaint) =>
        GetAsync(() => condition() ? "" : null, deadline, complaint);

    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan deadline, Func<string> complaint)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < deadline, $"after {deadline}: {complaint()}");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }
}
