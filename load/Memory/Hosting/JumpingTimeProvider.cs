namespace FastRegistry.Load.Memory.Hosting;

/// <summary>The system's time, and jumps of it: to the node they are pauses of its process, after which every deadline gets its full time again. Any thread.</summary>
internal sealed class JumpingTimeProvider : TimeProvider
{
    private long _jumpedTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => (long)(System.GetTimestamp() * ((double)TimeSpan.TicksPerSecond / System.TimestampFrequency)) + Volatile.Read(ref _jumpedTicks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Volatile.Read(ref _jumpedTicks));

    public void Jump(TimeSpan time) => Interlocked.Add(ref _jumpedTicks, time.Ticks);
}
