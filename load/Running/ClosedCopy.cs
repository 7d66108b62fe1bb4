namespace FastRegistry.Load.Running;

/// <summary>A copy of a closed phase: begins its next iteration when the last one has ended.</summary>
/// <remarks>Started by the load thread, runs on a pool thread until its first wait and then on the threads that complete its iterations. Lives as long as its
/// <see cref="ClosedLoad"/>; it may leave and be started again.</remarks>
internal sealed class ClosedCopy(LoadSession session, ClosedLoad load, int copy) : IterationContext(session, copy, isOpen: false), IThreadPoolWorkItem
{
    // A scenario that never waits must not keep the pool's threads from the other copies, nor a receive thread from its connections.
    private const int IterationsBeforeYield = 1_000;

    private int _isStarted;

    /// <summary>Starts it unless it runs already.</summary>
    public void Start()
    {
        if (TryMarkStarted())
        {
            load.Entered();
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => Loop();

    protected override void OnEnded() => Loop();

    private void Loop()
    {
        int withoutWait = 0;
        while (MayGoOn())
        {
            if (!RunToFirstWait(0))
            {
                return;
            }

            if (++withoutWait == IterationsBeforeYield)
            {
                if (!Thread.CurrentThread.IsThreadPoolThread || ThreadPool.PendingWorkItemCount > 0)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                    return;
                }

                withoutWait = 0;
            }
        }
    }

    private bool MayGoOn()
    {
        while (!load.Gate.TryPass(Copy))
        {
            Interlocked.Exchange(ref _isStarted, 0);

            // The gate may have opened after the question, while the load thread still took this copy for a running one.
            if (load.Gate.IsShutFor(Copy) || !TryMarkStarted())
            {
                load.Left();
                return false;
            }
        }

        return true;
    }

    private bool TryMarkStarted() => Interlocked.CompareExchange(ref _isStarted, 1, 0) == 0;
}
