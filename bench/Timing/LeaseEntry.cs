namespace FastRegistry.Bench.Timing;

/// <summary>What a registry with a dictionary of leases keeps per entry.</summary>
internal sealed class LeaseEntry
{
    public long LastSeen { get; set; }
}
