using System.Threading.Channels;
using FastRegistry.Registry.Services;

namespace FastRegistry.Node.Workers;

/// <summary>Requests that are not O(1), on their way to a worker. Bounded: what does not fit is refused as overloaded.</summary>
/// <remarks>Any thread adds; one task per worker runs <see cref="RunAsync"/>, or a test pumps <see cref="Step"/>.</remarks>
internal sealed class RequestQueue(int capacity) : IWorkQueue
{
    private readonly Channel<IWorkItem> _requests = Channel.CreateBounded<IWorkItem>(
        new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Requests that wait.</summary>
    public int Queued => _requests.Reader.Count;

    public bool TryAdd(IWorkItem request) => _requests.Writer.TryWrite(request);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _requests.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (Step() && !cancellationToken.IsCancellationRequested)
                {
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server is stopping.
        }
    }

    /// <summary>Runs one request; false when there is none.</summary>
    public bool Step()
    {
        if (!_requests.Reader.TryRead(out IWorkItem? request))
        {
            return false;
        }

        request.Run();
        return true;
    }
}
