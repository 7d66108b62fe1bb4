namespace FastRegistry.Wire.Timing;

/// <summary>Limits of a <see cref="TimingWheel"/>.</summary>
public sealed record TimingWheelOptions
{
    internal const int LeastWorkPerStep = 16;

    /// <summary>
    /// Most entries held at a time, released ones included until the wheel took them back at its next step. Defaults to 2,097,152 (56 bytes
    /// each, taken in chunks of 1,024 and never given back). Too low refuses connections; there is no unlimited value.
    /// </summary>
    public int MaximumEntries { get; init; } = 1 << 21;

    /// <summary>
    /// Most entries examined per step. Defaults to 8,192 (about half a millisecond), at least 16. Larger values make one step longer, smaller ones
    /// make the wheel fall behind when very many deadlines come due together.
    /// </summary>
    public int MaximumWorkPerStep { get; init; } = 8192;

    /// <summary>
    /// How much later than planned a step must run to count as a pause of the process, after which every deadline gets its full time again.
    /// Defaults to 1 s. Too low and a busy machine postpones deadlines again and again; too high and a resumed process ejects everybody.
    /// </summary>
    public TimeSpan GapThreshold { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Told of every exception an owner threw, on the wheel's thread. Defaults to none: faults are only counted. It must be short; an exception of
    /// its own is swallowed, since the wheel has to go on.
    /// </summary>
    public Action<Exception>? OwnerFaulted { get; init; }

    /// <summary>
    /// Told, before each call of an owner, how many milliseconds after its deadline that is; on the wheel's thread. Defaults to none. It must be very short
    /// and may not throw.
    /// </summary>
    public Action<long>? LatenessObserved { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaximumEntries);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumWorkPerStep, LeastWorkPerStep);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(GapThreshold, TimeSpan.Zero);
    }
}
