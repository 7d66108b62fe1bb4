using System.Net.Sockets;

namespace FastRegistry.Wire.Transport.Sockets;

/// <summary>Accepts until it is cancelled or the listening socket is unusable; no single error ends it by mistake.</summary>
/// <remarks>One task per listener. What is accepted and where it comes from are parameters, so that every error can be tested.</remarks>
/// <param name="accept">Waits for the next connection; throws <see cref="SocketException"/>.</param>
/// <param name="accepted">Takes a connection over. Must not throw.</param>
/// <param name="observer">Is told about errors.</param>
/// <param name="options">Back-off times.</param>
/// <param name="timeProvider">Time for the back-off.</param>
public sealed class AcceptLoop<TSocket>(
    Func<CancellationToken, ValueTask<TSocket>> accept,
    Action<TSocket> accepted,
    IAcceptObserver observer,
    SocketTransportOptions options,
    TimeProvider timeProvider)
{
    /// <summary>Runs the loop; completes when it has ended for good.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        AcceptRetry retry = new(observer, options);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                accepted(await accept(cancellationToken).ConfigureAwait(false));
                retry.Reset();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                if (!cancellationToken.IsCancellationRequested)
                {
                    // Somebody disposed the socket under a running listener: nobody will ever be accepted again, and the host must hear it.
                    observer.ListenerFailed(SocketError.NotSocket);
                }

                return;
            }
            catch (SocketException fault)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    return;
                }

                if (retry.ScheduleRetry(fault.SocketErrorCode) is not { } wait)
                {
                    return;
                }

                if (wait > TimeSpan.Zero)
                {
                    await WaitAsync(wait, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task WaitAsync(TimeSpan backOff, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(backOff, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop sees the token itself.
        }
    }
}
