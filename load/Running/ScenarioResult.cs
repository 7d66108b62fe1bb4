using System.Collections.Immutable;

namespace FastRegistry.Load.Running;

/// <summary>What one generator measured of a scenario; those of several generators can be merged. Crosses process boundaries as JSON.</summary>
/// <param name="Name">The scenario's.</param>
/// <param name="Asked">Iterations the open phases were to begin; 0 when all phases were closed.</param>
/// <param name="Started">Iterations that began in open phases.</param>
/// <param name="Seconds">Time the phases took, pauses excluded; what rates are divided by.</param>
/// <param name="Iterations">The iterations themselves.</param>
/// <param name="Steps">Steps and measures, in the order they were named.</param>
internal sealed record ScenarioResult(
    string Name, long Asked, long Started, double Seconds, StepResult Iterations, ImmutableArray<StepResult> Steps)
{
    public static ScenarioResult Merge(IReadOnlyList<ScenarioResult> results) => results[0] with
    {
        Iterations = results[0].Iterations with { Ok = results.Sum(static result => result.Iterations.Ok) },
    };
}
