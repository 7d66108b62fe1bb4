using System.Diagnostics;

namespace FastRegistry.Load.Running;

/// <summary>The closed phases of a session.</summary>
/// <remarks>The load thread runs them; copies enter and leave on any thread. Owned by a <see cref="LoadSession"/>.</remarks>
internal sealed class ClosedLoad(LoadSession session, LoadWait wait)
{
    private static readonly long ShortestStepTicks = Stopwatch.Frequency / 5_000;

    private readonly List<ClosedCopy> _copies = [];
    private int _running;

    public CopyGate Gate { get; } = new();

    /// <summary>Copies that have not left yet.</summary>
    public int Running => Volatile.Read(ref _running);

    public IEnumerable<IterationContext> Places => _copies;

    /// <summary>A phase that ends by the clock.</summary>
    /// <param name="end">May be before the end of the ramp.</param>
    public void RunUntil(CopyRamp ramp, long begin, long end)
    {
        Gate.LiftLimit();
        int copies = 0;
        long now = begin;
        do
        {
            int wanted = ramp.CopiesAfter(now - begin);
            Allow(wanted, copies);
            copies = wanted;
            wait.Until(Math.Min(end, Math.Max(now + ShortestStepTicks, begin + ramp.NextChangeAfter(now - begin))));
            now = Stopwatch.GetTimestamp();
        }
        while (now < end && !wait.IsStopped);
    }

    /// <summary>A phase that ends by count.</summary>
    /// <param name="cutOff">It ends then at the latest.</param>
    public void RunCount(int copies, long iterations, TimeSpan completionTimeout, long cutOff)
    {
        Gate.Limit(iterations);
        Allow(copies, alreadyAllowed: 0);
        wait.While(() => Running > 0 && !Gate.IsUsedUp && !wait.IsStopped, cutOff);
        if (!wait.IsStopped)
        {
            wait.While(() => Running > 0 && !wait.IsStopped, Math.Min(cutOff, Deadline.After(completionTimeout)));
        }
    }

    /// <summary>Lets no copy begin another iteration.</summary>
    public void Stop() => Gate.Copies = 0;

    public void Entered() => Interlocked.Increment(ref _running);

    public void Left()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            wait.Wake();
        }
    }

    private void Allow(int copies, int alreadyAllowed)
    {
        while (_copies.Count < copies)
        {
            _copies.Add(new ClosedCopy(session, this, _copies.Count));
        }

        Gate.Copies = copies;
        for (int i = alreadyAllowed; i < copies; i++)
        {
            _copies[i].Start();
        }
    }
}
