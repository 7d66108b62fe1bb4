namespace FastRegistry.Bench.Timing;

/// <summary>A clock that the benchmark moves, in milliseconds; no timers.</summary>
internal sealed class ManualTimeProvider : TimeProvider
{
    private long _milliseconds;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => Volatile.Read(ref _milliseconds);

    public void Advance(int milliseconds) => Volatile.Write(ref _milliseconds, _milliseconds + milliseconds);
}
