using System.Collections.Concurrent;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Targets.Http;

/// <summary>Sends the beats of what one HTTP connection has registered, which the server gives up without them after 30 s.</summary>
/// <remarks>Owned by its connection; any thread. Its loop begins with the first registration and ends with the connection. All beats of a round go one after another over
/// the connection, between its other requests: some thousand instances per connection can be kept alive so, not a million.</remarks>
/// <param name="interval">Between two rounds.</param>
/// <param name="sendBeat">Sends the request with a path and query.</param>
/// <param name="statistics">Counts beats that were refused.</param>
/// <param name="closing">Ends the loop.</param>
internal sealed class HttpBeats(TimeSpan interval, Func<string, Task<LoadResult>> sendBeat, TargetStatistics statistics, CancellationToken closing)
{
    public static readonly TimeSpan StandardInterval = TimeSpan.FromSeconds(5);

    // Used as a set.
    private readonly ConcurrentDictionary<string, byte> _beats = new();
    private int _isStarted;

    /// <summary>A request was answered well: what it registered is kept alive from now on, what it deregistered is not any more.</summary>
    public void NoteSuccess(HttpRequest request)
    {
        if (request.Beat is not { } beat)
        {
            return;
        }

        if (request.Method == HttpMethod.Delete)
        {
            _beats.TryRemove(beat, out _);
            return;
        }

        _beats[beat] = 0;
        if (Interlocked.Exchange(ref _isStarted, 1) == 0)
        {
            _ = RunAsync();
        }
    }

    private async Task RunAsync()
    {
        using PeriodicTimer rounds = new(interval);
        try
        {
            while (await rounds.WaitForNextTickAsync(closing).ConfigureAwait(false))
            {
                foreach ((string beat, _) in _beats)
                {
                    LoadResult result = await sendBeat(beat).ConfigureAwait(false);
                    if (!result.IsOk)
                    {
                        statistics.Losses.Count($"beat: {result.StatusCode}");
                    }
                }
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection has ended, and says so itself.
        }
    }
}
