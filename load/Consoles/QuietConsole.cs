using FastRegistry.Load.Generators;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Running;

namespace FastRegistry.Load.Consoles;

/// <summary>Says nothing: <c>--quiet</c>.</summary>
internal sealed class QuietConsole : IRunConsole
{
    public void Note(string text)
    {
    }

    public void MemoryRead(MemoryPoint point)
    {
    }

    public void StageStarting(StageOutline stage)
    {
    }

    public void Progress(StageOutline stage, ScenarioProgress progress, TimelinePoint servers)
    {
    }

    public void StageDone(StageReport stage)
    {
    }
}
