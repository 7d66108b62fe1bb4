using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Plans;

/// <summary>A stage in which the connections are left alone.</summary>
internal static class PauseStage
{
    public static LoadStage Create(string name, double seconds)
    {
        LoadScenario scenario = new()
        {
            Name = name,
            Run = static _ => new ValueTask<LoadResult>(LoadResult.Ok()),
            Phases = [new LoadPhase.Pause(TimeSpan.FromSeconds(seconds))],
        };
        return new LoadStage(scenario) { Unit = "nothing" };
    }
}
