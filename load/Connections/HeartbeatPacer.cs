using System.Diagnostics;
using FastRegistry.Load.Wire;

namespace FastRegistry.Load.Connections;

/// <summary>Pings all connections in turns, evenly spread over the interval, by a plan that does not wait for answers.</summary>
/// <remarks>Runs on a thread of its own that looks at the clock once a millisecond, so a ping may be up to about a millisecond late; the latency
/// from the due time contains that, the round trip does not.</remarks>
internal sealed class HeartbeatPacer(IReadOnlyList<SessionConnection> sessions, TimeSpan interval)
{
    private const int LookMilliseconds = 1;

    /// <summary>Pings the plan asked for so far.</summary>
    public long Asked { get; private set; }

    /// <summary>Of those, pings that were sent; the others found the last one unanswered or the connection gone.</summary>
    public long Sent { get; private set; }

    /// <summary>Follows the plan for a time; returns early when cancelled.</summary>
    public Task RunAsync(TimeSpan duration, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Run(duration, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(TimeSpan duration, CancellationToken cancellationToken)
    {
        if (sessions.Count == 0)
        {
            cancellationToken.WaitHandle.WaitOne(duration);
            return;
        }

        double ticksPerPing = interval.TotalSeconds * Stopwatch.Frequency / sessions.Count;
        long planned = (long)(duration / interval * sessions.Count);
        long startedAt = Stopwatch.GetTimestamp();
        while (!cancellationToken.IsCancellationRequested && (Asked < planned || Stopwatch.GetElapsedTime(startedAt) < duration))
        {
            long due = Math.Min(planned, (long)((Stopwatch.GetTimestamp() - startedAt) / ticksPerPing) + 1);
            for (; Asked < due; Asked++)
            {
                long dueAt = startedAt + (long)(Asked * ticksPerPing);
                Sent += sessions[(int)(Asked % sessions.Count)].TryPing(dueAt) ? 1 : 0;
            }

            Thread.Sleep(LookMilliseconds);
        }
    }
}
