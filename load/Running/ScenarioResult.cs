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
    /// <summary>What generators that ran at the same time measured together: sums, and the longest time. Steps are matched by name.</summary>
    /// <param name="results">At least one; all of the same scenario.</param>
    public static ScenarioResult Merge(IReadOnlyList<ScenarioResult> results)
    {
        IEnumerable<string> steps = results.SelectMany(static result => result.Steps).Select(static step => step.Name).Distinct();
        return new ScenarioResult(
            results[0].Name,
            results.Sum(static result => result.Asked),
            results.Sum(static result => result.Started),
            results.Max(static result => result.Seconds),
            StepResult.Merge([.. results.Select(static result => result.Iterations)]),
            [.. steps.Select(name => StepResult.Merge([.. results.SelectMany(static result => result.Steps).Where(step => step.Name == name)]))]);
    }
}
