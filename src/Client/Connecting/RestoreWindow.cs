namespace FastRegistry.Client.Connecting;

/// <summary>Bounds how many requests of a restore are without an answer at a time, so that a client with very much to restore does not keep a server from
/// all others, nor its own users from the server.</summary>
/// <remarks>One per restore, used by whoever restores; any thread.</remarks>
#pragma warning disable CA1001 // The semaphore has no wait handle, as nobody asks for one, and so nothing to dispose of.
internal sealed class RestoreWindow
#pragma warning restore CA1001
{
    /// <summary>Requests without an answer; less when the server takes less.</summary>
    public const int MaximumOutstanding = 128;

    private readonly SemaphoreSlim _places;

    public RestoreWindow(ServerSession session)
    {
        int places = Math.Clamp(session.MaximumOutstandingRequests, 1, MaximumOutstanding);
        _places = new SemaphoreSlim(places, places);
    }

    /// <summary>Waits for a place, in order.</summary>
    public Task EnterAsync() => _places.WaitAsync();

    /// <summary>Gives the place back when a request has ended.</summary>
    public async Task ExitAfterAsync(Task request)
    {
        try
        {
            await request.ConfigureAwait(false);
        }
        finally
        {
            _places.Release();
        }
    }
}

/// <summary>What one part of the desired state sends to a new session.</summary>
/// <param name="Services">Services that are restored.</param>
/// <param name="Instances">Instances that are registered for them.</param>
/// <param name="Sent">Completes when everything has been sent.</param>
/// <param name="Answers">The answers; complete once <paramref name="Sent"/> has.</param>
internal sealed record Restoration(int Services, int Instances, Task Sent, IReadOnlyList<Task> Answers);
