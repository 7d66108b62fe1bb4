using FastRegistry.Wire.Timing;

namespace FastRegistry.Node.Sessions;

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

    /// <summary>Calls <paramref name="over"/> on the wheel's thread after <paramref name="time"/>; false when the wheel has no room.</summary>
    public static bool TryStart(TimingWheel wheel, TimeSpan time, Action over)
    {
        if (!wheel.TryAllocate(new ReaffirmDeadline(wheel, over), out int entry))
        {
            return false;
        }

        wheel.Arm(entry, wheel.Now, (int)time.TotalMilliseconds);
        return true;
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        _over();
        _wheel.Release(entry);
        return Deadline.None;
    }
}
