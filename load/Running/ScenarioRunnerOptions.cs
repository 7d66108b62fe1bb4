using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Running;

/// <summary>How a scenario is run, as opposed to what it does.</summary>
internal sealed record ScenarioRunnerOptions
{
    /// <summary>Open phases of several generators take turns by it. The phases themselves are not divided by it; see <see cref="PhaseShare"/>.</summary>
    public GeneratorShare Share { get; init; } = new(0, 1);

    /// <summary>Iterations of open phases come at random distances (Poisson) instead of even ones.</summary>
    public bool RandomSpacing { get; init; }

    /// <summary>For random spacing; generators get different ones from it.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Iterations of open phases that can be in flight; those beyond fail with <c>too many in flight</c>.</summary>
    public int MaximumActive { get; init; } = 1_000_000;

    /// <summary>Where the first exception of a scenario is told; null = the process's standard error.</summary>
    public TextWriter? Errors { get; init; }
}
