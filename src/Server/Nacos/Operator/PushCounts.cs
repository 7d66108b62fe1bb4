using FastRegistry.Registry.Push;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary>How many pushes succeeded and failed since an operator began to count.</summary>
/// <remarks>One per node; any thread. The workers' own counters are never set back: metrics read them.</remarks>
internal sealed class PushCounts(PushDispatcher push)
{
    private readonly Lock _startGate = new();
    private (long Succeeded, long Failed) _start;

    /// <param name="reset">Count from now on, after this reading.</param>
    public (long Succeeded, long Failed) Read(bool reset)
    {
        lock (_startGate)
        {
            (long succeeded, long failed) = (push.Workers.Sum(static worker => worker.Pushes), push.Workers.Sum(static worker => worker.Failures));
            (long, long) counted = (succeeded - _start.Succeeded, failed - _start.Failed);
            if (reset)
            {
                _start = (succeeded, failed);
            }

            return counted;
        }
    }
}
