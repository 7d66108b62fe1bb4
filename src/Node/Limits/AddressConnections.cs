namespace FastRegistry.Node.Limits;

/// <summary>How many connections one socket address has. Guarded by <see cref="ConnectionLimits"/>; there while it has some.</summary>
internal sealed class AddressConnections(UInt128 address)
{
    public UInt128 Address { get; } = address;

    public int Count { get; set; }
}
