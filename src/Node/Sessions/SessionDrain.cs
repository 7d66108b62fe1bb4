using FastRegistry.Node.Configuration;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <summary>Ends all sessions when the node stops: sends goaways spread over time, waits, and closes the sessions that are left.</summary>
internal sealed class SessionDrain(SessionTable sessions, DeadlineOptions deadlines, TimeProvider timeProvider)
{
    // From this many sessions on, the whole spread is used.
    private const int SessionsForFullSpread = 1000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Runs to the end; a cancelled token skips the waiting.</summary>
    /// <returns>Sessions that had to be closed.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        long started = timeProvider.GetTimestamp();
        await AskToLeaveAsync(cancellationToken).ConfigureAwait(false);
        while (sessions.Count > 0 && !cancellationToken.IsCancellationRequested && timeProvider.GetElapsedTime(started) < deadlines.Drain)
        {
            await PauseAsync(cancellationToken).ConfigureAwait(false);
        }

        ClientSession[] left = sessions.ToArray();
        foreach (ClientSession session in left)
        {
            session.Abort(CloseReason.Aborted);
        }

        return left.Length;
    }

    private async Task AskToLeaveAsync(CancellationToken cancellationToken)
    {
        ClientSession[] all = sessions.ToArray();
        TimeSpan spread = deadlines.GoAwaySpread * Math.Min(1.0, (double)all.Length / SessionsForFullSpread);
        long started = timeProvider.GetTimestamp();
        for (int i = 0; i < all.Length; i++)
        {
            TimeSpan due = spread * ((double)i / all.Length);
            while (timeProvider.GetElapsedTime(started) < due && !cancellationToken.IsCancellationRequested)
            {
                await PauseAsync(cancellationToken).ConfigureAwait(false);
            }

            all[i].AskToLeave(GoAwayReason.Stopping, "the node is stopping");
        }
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Pause, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The callers look at the token themselves.
        }
    }
}
