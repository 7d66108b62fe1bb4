namespace FastRegistry.Bench.Transport;

/// <summary>Where received bytes are handled.</summary>
public enum RoundTripScheduling
{
    Inline,
    ThreadPool,
}
