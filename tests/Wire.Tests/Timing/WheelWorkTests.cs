using FastRegistry.Tests;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Wire.Tests.Timing;

/// <summary>How much one step does: bounded, spread evenly, without allocation.</summary>
public sealed class WheelWorkTests
{
    [Fact]
    public void A_step_examines_no_more_than_its_limit_and_says_that_there_is_more()
    {
        WheelFixture fixture = new(new TimingWheelOptions { MaximumWorkPerStep = 100 });
        DelegateOwner owner = new();
        for (int i = 0; i < 1_000; i++)
        {
            fixture.Wheel.Arm(fixture.Wheel.Allocate(owner), 0, 50);
        }

        int steps = 0;
        fixture.Pass(60);
        while (true)
        {
            WheelStep step = fixture.Wheel.Step();
            steps++;
            Assert.InRange(step.Examined, 0, 100);
            if (!step.More)
            {
                break;
            }

            Assert.Equal(0, step.NextDueMilliseconds);
        }

        Assert.InRange(steps, 10, 22);
        Assert.Equal(1_000, owner.Calls.Count);
    }

    [Fact]
    public void A_coarse_slot_is_spread_over_the_steps_before_it_is_due()
    {
        const int Entries = 30_000;
        WheelFixture fixture = new(new TimingWheelOptions { MaximumWorkPerStep = 1 << 20 });
        DelegateOwner owner = new();
        int[] entries = new int[Entries];
        for (int i = 0; i < Entries; i++)
        {
            entries[i] = fixture.Wheel.Allocate(owner);
            fixture.Wheel.Arm(entries[i], 0, 15_000 + (i % 1_000));
        }

        fixture.Wheel.Step();
        int most = 0;
        while (fixture.Wheel.Now < 30_000)
        {
            fixture.Pass(10);
            if (fixture.Wheel.Now == 10_000)
            {
                Array.ForEach(entries, entry => fixture.Wheel.Touch(entry, 8_000 + (entry % 1_000)));
            }

            most = Math.Max(most, fixture.Wheel.Step().Examined);
        }

        // One second of entries over 100 steps is 300 a step: once for the second's slot, once for their own.
        Assert.InRange(most, 300, 1_000);
        Assert.Equal(Entries, owner.Calls.Count);
    }

    [Fact]
    public void The_next_due_slot_is_never_later_than_the_earliest_deadline()
    {
        WheelFixture fixture = new();
        Assert.Equal(long.MaxValue, fixture.Wheel.Step().NextDueMilliseconds);
        DelegateOwner owner = new();
        int entry = fixture.Wheel.Allocate(owner);

        fixture.Wheel.Arm(entry, 0, 333);
        Assert.Equal(340, fixture.Wheel.Step().NextDueMilliseconds);

        fixture.Wheel.Arm(entry, 0, 20_000);
        fixture.Run(350);
        Assert.Equal(19_000 - 350, fixture.Wheel.Step().NextDueMilliseconds);
        Assert.Empty(owner.Calls);
    }

    [Fact]
    public void Arming_touching_and_stepping_allocate_nothing()
    {
        WheelFixture fixture = new();
        RearmingOwner owner = new();
        int[] entries = [.. Enumerable.Range(0, 5_000).Select(_ => fixture.Wheel.Allocate(owner))];
        AllocationGate.AssertNothing(() => Work(fixture, entries));
        Assert.True(owner.Calls > 0);
    }

    private static void Work(WheelFixture fixture, int[] entries)
    {
        for (int round = 0; round < 300; round++)
        {
            foreach (int entry in entries)
            {
                if ((entry + round) % 7 == 0)
                {
                    fixture.Wheel.Arm(entry, fixture.Wheel.Now, 1 + (entry * 3));
                }
                else if ((entry + round) % 3 == 0)
                {
                    fixture.Wheel.Touch(entry, fixture.Wheel.Now);
                }
            }

            fixture.Pass(50);
            fixture.Wheel.Step();
        }
    }

    private sealed class RearmingOwner : IDeadlineOwner
    {
        public int Calls { get; private set; }

        public Deadline OnDeadline(int entry, long now)
        {
            Calls++;
            return entry % 2 == 0 ? Deadline.None : Deadline.After(now, 1_000);
        }
    }
}
