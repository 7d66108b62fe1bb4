namespace FastRegistry.Wire.Outbound;

/// <summary>How much may wait to be sent on one connection.</summary>
public sealed record OutboundLimits
{
    /// <summary>Bytes above which a connection is behind: pushes only mark a resync and its requests are not read. Default 64 KiB. Smaller costs
    /// throughput on long round trips, larger costs memory for every slow reader.</summary>
    public int BehindBytes { get; init; } = 64 * 1024;

    /// <summary>With more bytes than this waiting, anything further ends the connection as a slow consumer. Default 1 MiB. Reached only when many answers
    /// were in work when it fell behind; at most one more frame is held.</summary>
    public int HardBytes { get; init; } = 1024 * 1024;
}
