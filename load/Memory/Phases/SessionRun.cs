using System.Diagnostics;
using FastRegistry.Load.InMemory;
using FastRegistry.Load.Memory.Hosting;
using FastRegistry.Load.Memory.Peers;

namespace FastRegistry.Load.Memory.Phases;

/// <summary>The whole measurement, from the empty node to the node at rest. One flow of calls; used once.</summary>
/// <param name="note">Takes a line of progress.</param>
internal sealed class SessionRun(InMemorySettings settings, Action<string> note)
{
    // Pay for code, pools and tables before anything is measured.
    private const int WarmUpSessions = 256;
    private static readonly TimeSpan GivenBackWithin = TimeSpan.FromSeconds(60);

    /// <exception cref="InvalidOperationException">A session was refused, or a connection did not end.</exception>
    public async Task<InMemoryFigures> RunAsync(CancellationToken cancellationToken)
    {
        int count = settings.Connections;
        await using MemoryNode node = new(settings, count + WarmUpSessions);
        PeerSet warm = new(node.Node, WarmUpSessions);
        warm.Open(PeerKind.Sessions, cancellationToken);
        warm.Close();
        await MemoryNode.WaitAsync(() => node.Held == 0, GivenBackWithin, cancellationToken);

        PeerSet peers = new(node.Node, count);
        note($"{count} pairs of pipes, then {count} connections without a session");
        double pipes = HeapMeasurement.OfEach(node, peers, PeerKind.Pipes, cancellationToken);
        double connections = HeapMeasurement.OfEach(node, peers, PeerKind.Connections, cancellationToken);
        if (!await MemoryNode.WaitAsync(() => peers.ClosedConnections == count && node.Held == 0, GivenBackWithin, cancellationToken))
        {
            throw new InvalidOperationException($"{count - peers.ClosedConnections} connections did not end within {GivenBackWithin.TotalSeconds:0} s, or left something behind");
        }

        NodeMemory before = HeapMeasurement.Read(node);
        note($"{count} sessions");
        WaveMeter meter = WaveMeter.Start();
        peers.Open(PeerKind.Sessions, cancellationToken);
        WaveCost setUp = meter.Stop();
        NodeMemory idle = HeapMeasurement.Read(node);
        HeapShares heap = new(pipes, connections - pipes, HeapMeasurement.Each(before, idle, count) - connections);

        long restarted = await node.RestartDeadlinesAsync(cancellationToken);
        (double idleSeconds, double idleCpu) = await IdleAsync(cancellationToken);
        ProbeWave probeWave = new(settings, node, peers);
        (WaveCost probe, int answered) = await probeWave.RunAsync(restarted + IdleProbe, cancellationToken);
        note($"{answered} of {count} probes answered after {probe.Seconds * 1000:0} ms");
        int sessions = node.Node.Services.Sessions.Count;

        EjectWave ejectWave = new(settings, node, peers);
        restarted = await node.RestartDeadlinesAsync(cancellationToken);
        note($"nobody answers any more; the time of all is over in {settings.IdleProbeSeconds + settings.ProbeAnswerSeconds:0.#} s");
        EjectResult eject = await ejectWave.RunAsync(restarted + IdleProbe, WarmUpSessions + 1, cancellationToken);
        peers.Close();
        await MemoryNode.WaitAsync(() => node.Held == 0, GivenBackWithin, cancellationToken);
        return new InMemoryFigures
        {
            Sessions = count,
            Lost = count - sessions,
            Heap = heap,
            SetUp = setUp,
            IdleSeconds = idleSeconds,
            IdleCpuSeconds = idleCpu,
            Probe = probe,
            Answered = answered,
            Eject = eject,
            Before = before,
            Idle = idle,
            After = HeapMeasurement.Read(node),
            Left = node.Held,
        };
    }

    private long IdleProbe => (long)(settings.IdleProbeSeconds * 1000);

    private async Task<(double Seconds, double CpuSeconds)> IdleAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(settings.SettleSeconds), cancellationToken);
        note($"all idle for {settings.IdleSeconds:0.#} s");
        long startedAt = Stopwatch.GetTimestamp();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        await Task.Delay(TimeSpan.FromSeconds(settings.IdleSeconds), cancellationToken);
        return (Stopwatch.GetElapsedTime(startedAt).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }
}
