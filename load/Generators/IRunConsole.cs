using FastRegistry.Load.Observation;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Running;

namespace FastRegistry.Load.Generators;

/// <summary>Shows a run while it goes on. Called by <see cref="RunCoordinator"/>, one call at a time; must not throw.</summary>
internal interface IRunConsole
{
    /// <summary>Something to know that is in no number, such as a metric the servers lack.</summary>
    void Note(string text);

    /// <summary>Memory of the servers was read.</summary>
    void MemoryRead(MemoryPoint point);

    /// <summary>A stage is being set up and will run.</summary>
    void StageStarting(StageOutline stage);

    /// <summary>About once a second while a stage runs.</summary>
    /// <param name="progress">Of all generators.</param>
    /// <param name="servers">The same second as the servers tell it.</param>
    void Progress(StageOutline stage, ScenarioProgress progress, TimelinePoint servers);

    void StageDone(StageReport stage);
}
