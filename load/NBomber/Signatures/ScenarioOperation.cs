namespace NBomber.Contracts;

/// <summary>What a scenario is run for.</summary>
public enum ScenarioOperation
{
    Init,
    Clean,
    WarmUp,
    Bombing,
}
