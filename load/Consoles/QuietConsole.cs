using FastRegistry.Load.Generators;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Running;

namespace FastRegistry.Load.Consoles;

/// <summary>Says nothing: <c>--quiet</c>.</summary>
internal sealed class QuietConsole : IRunConsole
{
    public void StageStarting(string name, string phases)
    {
    }

    public void Progress(in ScenarioProgress progress, double okPerSecond)
    {
    }

    public void StageDone(StageReport report)
    {
    }
}
