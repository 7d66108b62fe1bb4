using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Sessions;

/// <summary>Once, when the time a client had to register again is over. Lives in the wheel until then.</summary>
internal sealed class ReaffirmDeadline : IDeadlineOwner
{
    private readonly TimingWheel _wheel;
    private readonly Action _over;

    private ReaffirmDeadline(TimingWheel wheel, Action over)
    {
        _wheel = wheel;
        _over = over;
    }

    /// <summary>Calls <paramref name="over"/> on the wheel's thread after <paramref name="time"/>.</summary>
    public static void Start(TimingWheel wheel, TimeSpan time, Action over)
    {
        ReaffirmDeadline deadline = new(wheel, over);
        wheel.Arm(wheel.Allocate(deadline), wheel.Now, (int)time.TotalMilliseconds);
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        _over();
        _wheel.Release(entry);
        return Deadline.None;
    }
}
