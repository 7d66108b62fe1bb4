using FastRegistry.Load.Running;

namespace FastRegistry.Load.Generators;

/// <summary>Adds up where generators are. Any thread.</summary>
internal sealed class ProgressSum(int generators, IProgress<ScenarioProgress> progress)
{
    private readonly Lock _latestGate = new();
    private readonly ScenarioProgress[] _latest = new ScenarioProgress[generators];

    public void Set(int generator, ScenarioProgress at)
    {
        lock (_latestGate)
        {
            _latest[generator] = at;
            progress.Report(new ScenarioProgress(
                _latest.Max(static part => part.ElapsedSeconds),
                _latest.Max(static part => part.PlannedSeconds),
                _latest.Sum(static part => part.PlannedIterations),
                _latest.Sum(static part => part.Asked),
                _latest.Sum(static part => part.Ok),
                _latest.Sum(static part => part.Failed),
                _latest.Sum(static part => part.Active)));
        }
    }
}
