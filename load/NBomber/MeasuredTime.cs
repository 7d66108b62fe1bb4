using NBomber.Contracts;

namespace FastRegistry.Load.NBomber;

/// <summary>Whether NBomber measures now, which is said by the operation that iterations run in. Any thread.</summary>
internal sealed class MeasuredTime
{
    private volatile bool _isNow;

    public bool IsNow => _isNow;

    public void IterationBegins(ScenarioOperation operation)
    {
        bool measured = operation == ScenarioOperation.Bombing;
        // Read before written, so that millions of iterations do not fight for the cache line.
        if (_isNow != measured)
        {
            _isNow = measured;
        }
    }

    public void End() => _isNow = false;
}
