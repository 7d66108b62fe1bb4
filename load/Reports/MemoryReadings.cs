using FastRegistry.Load.Observation;

namespace FastRegistry.Load.Reports;

/// <summary>The server's memory: before the first connection, with all of them idle, and after their heartbeats; each after a forced collection.</summary>
internal sealed record MemoryReadings(ServerMemory Before, ServerMemory Idle, ServerMemory AfterHeartbeats)
{
    public double? HeapBytesPerConnection => PerConnection(Idle, static memory => memory.ManagedHeapBytes);

    public double? ResidentBytesPerConnection => PerConnection(Idle, static memory => memory.ResidentAnonymousBytes);

    public double? HeapBytesPerConnectionAfterHeartbeats => PerConnection(AfterHeartbeats, static memory => memory.ManagedHeapBytes);

    public double? ResidentBytesPerConnectionAfterHeartbeats => PerConnection(AfterHeartbeats, static memory => memory.ResidentAnonymousBytes);

    private double? PerConnection(ServerMemory reading, Func<ServerMemory, long> bytes)
    {
        int connections = reading.Connections - Before.Connections;
        return connections > 0 ? (double)(bytes(reading) - bytes(Before)) / connections : null;
    }
}
