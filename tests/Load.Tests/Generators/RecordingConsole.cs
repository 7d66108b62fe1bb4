using System.Collections.Concurrent;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Running;

namespace FastRegistry.Load.Tests.Generators;

/// <summary>Notes what is shown, in order.</summary>
internal sealed class RecordingConsole : IRunConsole
{
    public ConcurrentQueue<string> Lines { get; } = [];

    /// <summary>Completes with the first progress.</summary>
    public TaskCompletionSource Running { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Told of notes.</summary>
    public Action<string>? Noted { get; set; }

    public void Note(string text)
    {
        Lines.Enqueue($"note {text}");
        Noted?.Invoke(text);
    }

    public void MemoryRead(MemoryPoint point) => Lines.Enqueue($"memory {point.When}");

    public void StageStarting(StageOutline stage) => Lines.Enqueue($"starting {stage.Name}");

    public void Progress(StageOutline stage, ScenarioProgress progress, TimelinePoint servers) => Running.TrySetResult();

    public void StageDone(StageReport stage) => Lines.Enqueue($"done {stage.Name}");
}
