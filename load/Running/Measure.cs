using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Running;

/// <summary>A measure that counts only while its runner measures.</summary>
/// <remarks>Any thread records. Owned by a <see cref="ScenarioRunner"/>, which opens and closes it; lives as long as the scenario.</remarks>
internal sealed class Measure(string name, int recorders) : IMeasure
{
    private readonly StepRecorder[] _recorders = [.. Enumerable.Range(0, recorders).Select(_ => new StepRecorder(name))];
    private volatile bool _isOpen;

    public string Name { get; } = name;

    public void Record(long durationTicks, LoadResult result)
    {
        if (_isOpen)
        {
            _recorders[Thread.GetCurrentProcessorId() % _recorders.Length].Record(durationTicks, result);
        }
    }

    public void Open() => _isOpen = true;

    public void Close() => _isOpen = false;

    public StepResult ToResult() => StepResult.Merge([.. _recorders.Select(static recorder => recorder.ToResult())]);
}
