using System.Diagnostics;
using FastRegistry.Load.InMemory;
using FastRegistry.Load.Memory.Hosting;
using FastRegistry.Load.Memory.Peers;

namespace FastRegistry.Load.Memory.Phases;

/// <summary>All sessions are probed in the same millisecond and none answers: all are to go when the time for the answer is over.</summary>
internal sealed class EjectWave(InMemorySettings settings, MemoryNode node, PeerSet peers)
{
    private const int AheadMilliseconds = 50;
    private static readonly TimeSpan GoneWithin = TimeSpan.FromSeconds(60);

    /// <param name="probeDue">Wheel time of the probes.</param>
    /// <param name="firstClient">Number of the first client of these sessions.</param>
    public async Task<EjectResult> RunAsync(long probeDue, int firstClient, CancellationToken cancellationToken)
    {
        long due = probeDue + (long)(settings.ProbeAnswerSeconds * 1000);
        await node.WaitUntilAsync(probeDue - AheadMilliseconds, cancellationToken);
        using PeerThread clients = PeerThread.Start(peers, answer: false);
        await node.WaitUntilAsync(due, cancellationToken);
        DateTimeOffset dueTime = node.TimeOfDay(due);
        WaveMeter meter = WaveMeter.Start();
        long startedAt = Stopwatch.GetTimestamp();
        await MemoryNode.WaitAsync(() => node.Node.Services.Clients.Count == 0, GoneWithin, cancellationToken);
        WaveCost cost = meter.Stop();
        await MemoryNode.WaitAsync(() => node.Node.Services.Sessions.Count == 0, GoneWithin, cancellationToken);
        double closedAfter = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        int expected = firstClient - 1 + peers.Count;
        await MemoryNode.WaitAsync(() => node.Releases.Total >= expected, GoneWithin, cancellationToken);

        // The two clocks are read one after the other.
        (int once, int again, int early) = node.Releases.From(firstClient, dueTime.AddMilliseconds(-1));
        return new EjectResult(cost, closedAfter, once, again, early);
    }
}
