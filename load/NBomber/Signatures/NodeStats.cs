namespace NBomber.Contracts.Stats;

/// <summary>A record of F#.</summary>
public sealed class NodeStats
{
    public long AllFailCount => throw SignaturesOnly.Fault;
}
