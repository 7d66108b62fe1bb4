namespace FastRegistry.Tests;

/// <summary>Runs the same work on threads of its own that begin at the same moment, so that they do run beside each other.</summary>
internal static class Together
{
    public static async Task RunAsync(int threads, Action<int> work)
    {
        using Barrier start = new(threads);
        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                work(thread);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }
}
