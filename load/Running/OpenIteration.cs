namespace FastRegistry.Load.Running;

/// <summary>A place for an iteration of an open phase.</summary>
/// <remarks>The load thread begins it; it goes back to its pool on the thread that completed it.</remarks>
internal sealed class OpenIteration(LoadSession session, OpenIterationPool pool, int slot) : IterationContext(session, slot, isOpen: true)
{
    /// <summary>The pool's: the next free one.</summary>
    public OpenIteration? NextFree { get; set; }

    /// <summary>Runs an iteration up to its first wait; never waits itself.</summary>
    public void Begin(long intendedStart)
    {
        if (RunToFirstWait(intendedStart))
        {
            pool.Return(this);
        }
    }

    protected override void OnEnded() => pool.Return(this);
}
