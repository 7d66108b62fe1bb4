using FastRegistry.Load.InMemory;
using FastRegistry.Load.Memory.Hosting;
using FastRegistry.Load.Memory.Peers;

namespace FastRegistry.Load.Memory.Phases;

/// <summary>All sessions are due for a probe in the same millisecond, and all answer.</summary>
internal sealed class ProbeWave(InMemorySettings settings, MemoryNode node, PeerSet peers)
{
    private const int AheadMilliseconds = 50;

    /// <param name="due">Wheel time of the probes.</param>
    /// <returns>What it cost until the node had handled the last answer, and how many answers it had.</returns>
    public async Task<(WaveCost Cost, int Answered)> RunAsync(long due, CancellationToken cancellationToken)
    {
        await node.WaitUntilAsync(due - AheadMilliseconds, cancellationToken);
        using PeerThread clients = PeerThread.Start(peers, answer: true);
        await node.WaitUntilAsync(due, cancellationToken);
        WaveMeter meter = WaveMeter.Start();
        int answered = 0;
        await MemoryNode.WaitAsync(
            () =>
            {
                while (answered < peers.Count && peers.Session(answered).Status.LastReceived >= due)
                {
                    answered++;
                }

                return answered == peers.Count;
            },
            TimeSpan.FromSeconds(settings.ProbeAnswerSeconds + 10),
            cancellationToken);
        WaveCost cost = meter.Stop();
        return (cost, Enumerable.Range(0, peers.Count).Count(index => peers.Session(index).Status.LastReceived >= due));
    }
}
