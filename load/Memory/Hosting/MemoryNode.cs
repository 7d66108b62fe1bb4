using FastRegistry.Load.InMemory;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;
using FastRegistry.Server.Configuration;
using FastRegistry.Wire.Outbound;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRegistry.Load.Memory.Hosting;

/// <summary>A node as a server has it, without listeners and with a clock that can jump. Owned by the run.</summary>
internal sealed class MemoryNode : IAsyncDisposable
{
    // More than the wheel's threshold for a pause of the process.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    private readonly JumpingTimeProvider _clock = new();

    public MemoryNode(InMemorySettings settings, int clients)
    {
        ServerOptions options = ServerOptionsReader.Check(new ServerOptions
        {
            Node = new NodeOptions { Id = "load-memory" },
            Limits = new LimitOptions { Connections = clients },
            Deadlines = new DeadlineOptions
            {
                WarmUp = TimeSpan.Zero,
                IdleProbe = TimeSpan.FromSeconds(settings.IdleProbeSeconds),
                ProbeAnswer = TimeSpan.FromSeconds(settings.ProbeAnswerSeconds),
            },
        });
        Releases = new ReleaseObserver(clients);
        Node = new RegistryNode(options, _clock, NullLogger.Instance, observers: [Releases]);
        Node.StartWorkers();
        Node.Start();
        RestingDeadlines = Node.Wheel.AllocatedEntries;
    }

    public RegistryNode Node { get; }

    public ReleaseObserver Releases { get; }

    /// <summary>What sessions hold and must give back: themselves, clients, profiles, deadlines, blocks, queued bytes.</summary>
    public long Held => Node.Services.Sessions.Count + Node.Services.Clients.Count + Node.Services.Profiles.Count
        + Math.Max(0, Node.Wheel.AllocatedEntries - RestingDeadlines) + Node.Resources.Blocks.Rented + Node.Resources.Budget.UsedBytes;

    /// <summary>Bytes of the blocks that are free for the next burst.</summary>
    public long FreeBlockBytes => (long)Node.Resources.Blocks.Free * BlockPool.BlockBytes;

    private int RestingDeadlines { get; }

    /// <summary>Makes the time of every session begin anew, as after a pause of the process: all are due in the same millisecond.</summary>
    /// <returns>The wheel time from which it counts.</returns>
    public async Task<long> RestartDeadlinesAsync(CancellationToken cancellationToken)
    {
        long former = Node.Wheel.LastGapEnd;
        _clock.Jump(Pause);
        while (Node.Wheel.LastGapEnd == former)
        {
            await Task.Delay(Poll, cancellationToken);
        }

        return Node.Wheel.LastGapEnd;
    }

    /// <summary>Waits until a wheel time.</summary>
    public async Task WaitUntilAsync(long wheelTime, CancellationToken cancellationToken)
    {
        for (long left = wheelTime - Node.Wheel.Now; left > 0; left = wheelTime - Node.Wheel.Now)
        {
            await Task.Delay((int)left, cancellationToken);
        }
    }

    /// <summary>Waits on a condition; false when it has not come true in time.</summary>
    public static async Task<bool> WaitAsync(Func<bool> condition, TimeSpan atMost, CancellationToken cancellationToken)
    {
        long until = Environment.TickCount64 + (long)atMost.TotalMilliseconds;
        while (!condition())
        {
            if (Environment.TickCount64 > until)
            {
                return false;
            }

            await Task.Delay(Poll, cancellationToken);
        }

        return true;
    }

    /// <summary>The node's time of day at a wheel time.</summary>
    public DateTimeOffset TimeOfDay(long wheelTime) => _clock.GetUtcNow().AddMilliseconds(wheelTime - Node.Wheel.Now);

    public ValueTask DisposeAsync() => Node.DisposeAsync();
}
