using FastRegistry.Load.Commands;
using FastRegistry.Load.Observation;

namespace FastRegistry.Load.Restore;

/// <summary>Looks again and again how much waits in the node to be sent. One task, from its making to its disposal.</summary>
internal sealed class OutputWatch : IAsyncDisposable
{
    private const string Waiting = "fastregistry_outbound_bytes";

    // A look costs the node a third of a millisecond.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _watching;
    private double _most;

    public OutputWatch(ServerObserver observer) => _watching = WatchAsync(observer);

    /// <summary>The most that was seen.</summary>
    public double MostBytes => Volatile.Read(ref _most);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        _stopping.Dispose();
    }

    private async Task WatchAsync(ServerObserver observer)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                double waiting = await observer.FindAsync(Waiting, _stopping.Token) ?? 0;
                Volatile.Write(ref _most, Math.Max(_most, waiting));
            }
            catch (Exception fault) when (fault is CannotRunException or OperationCanceledException)
            {
                // Nobody answers, or nobody wants to know any more.
            }

            await Task.Delay(Look, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
