using FastRegistry.Tests;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Wire.Tests.Timing;

/// <summary>A wheel under virtual time that is stepped the way its driver would.</summary>
internal sealed class WheelFixture
{
    public WheelFixture(TimingWheelOptions? options = null)
    {
        Wheel = new TimingWheel(Time, options ?? new TimingWheelOptions());
        StepAll();
    }

    public VirtualTimeProvider Time { get; } = new();

    public TimingWheel Wheel { get; }

    public long Sleep { get; private set; }

    public static TimeSpan Milliseconds(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    /// <summary>Advances without stepping.</summary>
    public void Pass(long milliseconds) => Time.Advance(Milliseconds(milliseconds));

    /// <summary>Steps until no work is left and returns the sum of fired entries.</summary>
    public int StepAll()
    {
        int fired = 0;
        WheelStep step;
        do
        {
            step = Wheel.Step();
            fired += step.Fired;
        }
        while (step.More);
        Sleep = Math.Min(step.NextDueMilliseconds, TimingWheel.MaximumSleepMilliseconds);
        return fired;
    }

    /// <summary>Advances by the sleeps the wheel asks for, stepping after each.</summary>
    public int Run(long milliseconds)
    {
        int fired = StepAll();
        long end = Wheel.Now + milliseconds;
        while (Wheel.Now < end)
        {
            Pass(Math.Min(Sleep, end - Wheel.Now));
            fired += StepAll();
        }

        return fired;
    }
}
