using FastRegistry.Wire.Timing;

namespace FastRegistry.Wire.Tests.Timing;

public sealed class WheelGapTests
{
    [Fact]
    public void After_a_pause_every_deadline_gets_its_full_time_again()
    {
        WheelFixture fixture = new();
        DelegateOwner owner = new();
        fixture.Wheel.Arm(fixture.Wheel.Allocate(owner), 0, 5_000);
        fixture.Wheel.Arm(fixture.Wheel.Allocate(owner), 0, 200_000);
        fixture.Run(4_000);

        fixture.Pass(10_000_000);
        fixture.StepAll();

        Assert.Equal(10_004_000, fixture.Wheel.LastGapEnd);
        Assert.Equal(10_004_000, fixture.Wheel.Effective(17));
        Assert.Equal(10_004_001, fixture.Wheel.Effective(10_004_001));
        fixture.Run(300_000);
        Assert.Equal([(0, 10_009_000), (1, 10_204_000)], owner.Calls);
    }

    [Fact]
    public void A_delay_up_to_the_threshold_is_no_pause()
    {
        WheelFixture fixture = new();
        DelegateOwner owner = new();
        fixture.Wheel.Arm(fixture.Wheel.Allocate(owner), 0, 1_200);

        fixture.Pass(fixture.Sleep + 1_000);
        fixture.StepAll();

        Assert.Equal(0, fixture.Wheel.LastGapEnd);
        Assert.Single(owner.Calls);

        fixture.Pass(fixture.Sleep + 1_001);
        fixture.StepAll();
        Assert.Equal(fixture.Wheel.Now, fixture.Wheel.LastGapEnd);
    }

    [Fact]
    public void An_answer_that_counts_from_before_the_pause_gets_its_full_time()
    {
        WheelFixture fixture = new();
        DelegateOwner owner = new((_, now) => now < 100_000 ? Deadline.After(10, 3_000) : Deadline.None);
        fixture.Pass(50_000);
        fixture.StepAll();
        fixture.Wheel.Arm(fixture.Wheel.Allocate(owner), fixture.Wheel.Now, 100);

        fixture.Run(3_050);

        Assert.Equal([50_100], owner.Calls.Take(1).Select(static call => call.Now));
        Assert.Equal(50_000, fixture.Wheel.LastGapEnd);
        Assert.Equal(53_000, owner.Calls[1].Now);
    }

    [Fact]
    public void A_late_first_step_is_no_pause()
    {
        FastRegistry.Tests.VirtualTimeProvider time = new();
        TimingWheel wheel = new(time, new TimingWheelOptions());
        DelegateOwner owner = new();
        wheel.Arm(wheel.Allocate(owner), 0, 5_000);
        time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(1, wheel.Step().Fired);
        Assert.Equal(0, wheel.LastGapEnd);
    }

    [Fact]
    public void A_pause_of_weeks_loses_nothing()
    {
        WheelFixture fixture = new();
        DelegateOwner owner = new();
        fixture.Wheel.Arm(fixture.Wheel.Allocate(owner), 0, 15_000);
        fixture.Pass(40L * 86_400_000);

        Assert.Equal(0, fixture.StepAll());
        Assert.Equal(0, fixture.Run(14_999));
        Assert.Equal(1, fixture.Run(10));
    }
}
