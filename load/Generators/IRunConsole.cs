using FastRegistry.Load.Reports;
using FastRegistry.Load.Running;

namespace FastRegistry.Load.Generators;

/// <summary>Is told how a run goes while it goes.</summary>
internal interface IRunConsole
{
    void StageStarting(string name, string phases);

    /// <param name="okPerSecond">Successes per second since the last call.</param>
    void Progress(in ScenarioProgress progress, double okPerSecond);

    void StageDone(StageReport report);
}
