namespace FastRegistry.Load.HttpTraffic;

/// <summary>Takes any body and keeps the last one.</summary>
internal sealed class KeptBody : IBodyRule
{
    public byte[]? Last { get; private set; }

    public bool Accepts(ReadOnlySpan<byte> body)
    {
        Last = body.ToArray();
        return true;
    }
}
