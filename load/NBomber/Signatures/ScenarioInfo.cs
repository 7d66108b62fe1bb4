namespace NBomber.Contracts;

/// <summary>A record of F#.</summary>
public sealed class ScenarioInfo
{
    public int InstanceNumber => throw SignaturesOnly.Fault;

    public ScenarioOperation ScenarioOperation => throw SignaturesOnly.Fault;
}
