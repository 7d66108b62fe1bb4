using System.IO.Pipelines;
using System.Net;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport.InMemory;

/// <summary>Connections inside one process, on pairs of pipes: for tests, benchmarks, simulation and large numbers of sessions without sockets.</summary>
public static class InMemoryTransport
{
    /// <summary>Bytes a peer may leave unread before the other side has to wait, like a socket buffer.</summary>
    public const int DefaultCapacityBytes = 256 * 1024;

    /// <summary>Two connected connections; neither is started. The second one counts as the end that connected.</summary>
    /// <param name="resources">Pools for both ends.</param>
    /// <param name="scheduler">Where received bytes are handled; null = the thread pool. A pumped scheduler makes a run deterministic.</param>
    /// <param name="capacityBytes">See <see cref="DefaultCapacityBytes"/>.</param>
    public static (PipeConnection First, PipeConnection Second) CreatePair(
        TransportResources resources, PipeScheduler? scheduler = null, int capacityBytes = DefaultCapacityBytes)
    {
        scheduler ??= PipeScheduler.ThreadPool;
        (IDuplexPipe first, IDuplexPipe second) = CreatePipes(resources, scheduler, capacityBytes);
        PipeConnection connecting = new(second, resources, scheduler) { PausesAboveHighWaterMark = false };
        return (new PipeConnection(first, resources, scheduler), connecting);
    }

    /// <summary>A connection and the bare other end of it, for a peer that misbehaves.</summary>
    /// <param name="resources">Pools.</param>
    /// <param name="scheduler">Where received bytes are handled; null = the thread pool.</param>
    /// <param name="capacityBytes">See <see cref="DefaultCapacityBytes"/>.</param>
    /// <param name="remoteEndPoint">What the connection tells as the peer's address.</param>
    public static (PipeConnection Connection, IDuplexPipe Peer) CreateWithBarePeer(
        TransportResources resources, PipeScheduler? scheduler = null, int capacityBytes = DefaultCapacityBytes, EndPoint? remoteEndPoint = null)
    {
        scheduler ??= PipeScheduler.ThreadPool;
        (IDuplexPipe first, IDuplexPipe second) = CreatePipes(resources, scheduler, capacityBytes);
        return (new PipeConnection(first, resources, scheduler, remoteEndPoint), second);
    }

    /// <summary>The two ends of a pair of pipes without a connection on either: what a measurement of connections takes off.</summary>
    /// <param name="resources">Pools.</param>
    /// <param name="scheduler">Where readers and writers go on that had to wait.</param>
    /// <param name="capacityBytes">See <see cref="DefaultCapacityBytes"/>.</param>
    public static (IDuplexPipe First, IDuplexPipe Second) CreatePipes(TransportResources resources, PipeScheduler scheduler, int capacityBytes = DefaultCapacityBytes)
    {
        // The writer's continuation runs on the thread pool or the pump, never inside the reader's AdvanceTo.
        PipeOptions options = new(
            resources.Blocks, scheduler, scheduler, capacityBytes, capacityBytes / 2, useSynchronizationContext: false);
        Pipe there = new(options);
        Pipe back = new(options);
        return (new DuplexPipe(back.Reader, there.Writer), new DuplexPipe(there.Reader, back.Writer));
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
