namespace FastRegistry.Load.Running;

/// <summary>Says whether a copy may begin another iteration.</summary>
/// <remarks>The load thread sets it, copies ask it from any thread, whoever interrupts the session closes it. Owned by a <see cref="ClosedLoad"/>.</remarks>
internal sealed class CopyGate
{
    private const long Unlimited = long.MaxValue;

    private long _left = Unlimited;
    private int _copies;
    private volatile bool _isClosed;

    /// <summary>Copies with numbers below this may go on.</summary>
    public int Copies
    {
        get => Volatile.Read(ref _copies);
        set => Volatile.Write(ref _copies, value);
    }

    /// <summary>Every iteration of a phase that ends by count has begun.</summary>
    public bool IsUsedUp => Volatile.Read(ref _left) <= 0;

    /// <summary>For good, whatever is set afterwards.</summary>
    public void Close() => _isClosed = true;

    /// <summary>Whether <see cref="TryPass"/> would say no.</summary>
    public bool IsShutFor(int copy) => _isClosed || copy >= Copies || IsUsedUp;

    public void LiftLimit() => Volatile.Write(ref _left, Unlimited);

    public void Limit(long iterations) => Volatile.Write(ref _left, iterations);

    /// <summary>Takes the right to one iteration.</summary>
    public bool TryPass(int copy) =>
        !_isClosed && copy < Copies && (Volatile.Read(ref _left) == Unlimited || Interlocked.Decrement(ref _left) >= 0);
}
