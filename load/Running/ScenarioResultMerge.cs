namespace FastRegistry.Load.Running;

/// <summary>Adds up what generators measured. Placeholder.</summary>
internal static class ScenarioResultMerge
{
    public static ScenarioResult Merge(IReadOnlyList<ScenarioResult> results) => results[0] with
    {
        Asked = results.Sum(static result => result.Asked),
        Started = results.Sum(static result => result.Started),
        Seconds = results.Max(static result => result.Seconds),
        Iterations = results[0].Iterations with { Ok = results.Sum(static result => result.Iterations.Ok) },
    };
}
