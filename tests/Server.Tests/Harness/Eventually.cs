using System.Diagnostics;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Tests.Harness;

/// <summary>Waits for what other threads do, with a deadline that a busy machine keeps.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < Deadline, $"did not come true in time: {what}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
