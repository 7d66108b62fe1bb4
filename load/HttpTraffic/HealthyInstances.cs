namespace FastRegistry.Load.HttpTraffic;

/// <summary>A list with a number of healthy instances and no others; adds up what was found.</summary>
internal sealed class HealthyInstances(int expected) : IBodyRule
{
    /// <summary>Healthy ones in all lists so far.</summary>
    public long Found { get; private set; }

    public bool Accepts(ReadOnlySpan<byte> body)
    {
        int healthy = body.Count("\"healthy\":true"u8);
        Found += healthy;
        return healthy == expected && body.IndexOf("\"healthy\":false"u8) < 0;
    }
}
