namespace NBomber.Contracts;

/// <summary>Given to iterations.</summary>
public interface IScenarioContext
{
    ScenarioInfo ScenarioInfo { get; }

    CancellationToken ScenarioCancellationToken { get; }
}
