namespace FastRegistry.Wire.Timing;

/// <summary>What one call of <see cref="TimingWheel.Step"/> did and when the next one is due.</summary>
/// <param name="Fired">Owners called.</param>
/// <param name="Examined">Entries looked at, at most <see cref="TimingWheelOptions.MaximumWorkPerStep"/>.</param>
/// <param name="More">Work is left over: step again at once.</param>
/// <param name="NextDueMilliseconds">
/// Milliseconds until a slot holds work; never later than the earliest deadline's slot, earlier when a coarse slot is to be spread out first.
/// Zero while <paramref name="More"/> holds, <see cref="long.MaxValue"/> when the wheel is empty.
/// </param>
public readonly record struct WheelStep(int Fired, int Examined, bool More, long NextDueMilliseconds);
