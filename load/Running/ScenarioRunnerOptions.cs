using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Running;

/// <summary>How a scenario is run. Placeholder.</summary>
internal sealed record ScenarioRunnerOptions
{
    public GeneratorShare Share { get; init; } = new(0, 1);

    public bool RandomSpacing { get; init; }
}
