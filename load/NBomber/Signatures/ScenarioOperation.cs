using FastRegistry.Node.Hosting;

namespace NBomber;

/// <summary>What a scenario is run for.</summary>
public enum ScenarioOperation
{
    Init,
    Clean,
    WarmUp,
    Bombing,
}
