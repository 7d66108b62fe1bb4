using FastRegistry.Wire.Timing;

namespace FastRegistry.Wire.Tests.Timing;

public sealed class TimingWheelTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 995)]
    [InlineData(0, 1_000)]
    [InlineData(7, 2_560)]
    [InlineData(1_234, 15_000)]
    [InlineData(5, 128_000)]
    [InlineData(62_999, 129_001)]
    [InlineData(63_999, 64_000)]
    [InlineData(11, 4_200_000)]
    [InlineData(0, 9_000_000)]
    [InlineData(42, 3 * 86_400_000)]
    public void An_entry_fires_within_a_slot_after_its_timeout(int startAt, int timeout)
    {
        WheelFixture fixture = new();
        DelegateOwner owner = new();
        int entry = fixture.Wheel.Allocate(owner);
        fixture.Run(startAt);

        fixture.Wheel.Arm(entry, startAt, timeout);
        fixture.Run(timeout + 20L);

        (int firedEntry, long firedAt) = Assert.Single(owner.Calls);
        Assert.Equal(entry, firedEntry);
        Assert.InRange(firedAt, (long)startAt + timeout, (long)startAt + timeout + 9);
        Assert.InRange(fixture.Wheel.LastLatenessMilliseconds, 0, 9);
        Assert.Equal(0, fixture.Wheel.ArmedEntries);
    }

    [Fact]
    public void The_longest_timeout_works()
    {
        WheelFixture fixture = new();
        DelegateOwner owner = new();
        fixture.Wheel.Arm(fixture.Wheel.Allocate(owner), 0, int.MaxValue);

        Assert.Equal(0, fixture.Run(int.MaxValue - 1L));
        Assert.Equal(1, fixture.Run(10));
    }

    [Fact]
    public void Touched_entry_fires_only_after_its_full_timeout()
    {
        WheelFixture fixture = new();
        DelegateOwner owner = new();
        int entry = fixture.Wheel.Allocate(owner);
        fixture.Wheel.Arm(entry, 0, 15_000);
        for (int i = 0; i < 10; i++)
        {
            fixture.Run(14_990);
            fixture.Wheel.Touch(entry, fixture.Wheel.Now);
        }

        Assert.Equal(0, fixture.Run(14_999));
        Assert.Equal(1, fixture.Run(10));
    }

    [Fact]
    public void Disarmed_entry_does_not_fire()
    {
        WheelFixture fixture = new();
        DelegateOwner owner = new();
        int entry = fixture.Wheel.Allocate(owner);
        fixture.Wheel.Arm(entry, 0, 100);
        fixture.Run(50);
        fixture.Wheel.Disarm(entry);
        Assert.Equal(0, fixture.Run(1_000));

        fixture.Wheel.Arm(entry, fixture.Wheel.Now, 100);
        fixture.Wheel.Arm(entry, fixture.Wheel.Now, 0);
        Assert.Equal(0, fixture.Run(1_000));
        Assert.Equal(0, fixture.Wheel.ArmedEntries);
    }

    [Fact]
    public void An_earlier_deadline_replaces_a_later_one()
    {
        WheelFixture fixture = new();
        DelegateOwner owner = new();
        int entry = fixture.Wheel.Allocate(owner);
        fixture.Wheel.Arm(entry, 0, 3_600_000);
        fixture.Run(10);
        fixture.Wheel.Arm(entry, 0, 90_000);
        fixture.Run(10);
        fixture.Wheel.Arm(entry, fixture.Wheel.Now, 35);

        fixture.Run(100);

        Assert.Equal(60, Assert.Single(owner.Calls).Now);
    }

    [Fact]
    public void Arming_from_an_older_start_than_the_last_touch_counts_from_that_start()
    {
        WheelFixture fixture = new();
        DelegateOwner owner = new((_, now) => now < 5_000 ? Deadline.After(500, 6_000) : Deadline.None);
        int entry = fixture.Wheel.Allocate(owner);
        fixture.Run(1_000);
        fixture.Wheel.Touch(entry, 1_000);
        fixture.Wheel.Arm(entry, 500, 2_000);

        fixture.Run(10_000);

        Assert.Equal([2_500, 6_500], owner.Calls.Select(static call => call.Now));
    }

    [Fact]
    public void An_answer_that_counts_from_before_the_last_touch_counts_from_there()
    {
        WheelFixture fixture = new();
        DelegateOwner owner = new((_, now) => now < 5_000 ? Deadline.After(0, 6_000) : Deadline.None);
        int entry = fixture.Wheel.Allocate(owner);
        fixture.Wheel.Arm(entry, 0, 2_000);
        fixture.Run(1_000);
        fixture.Wheel.Touch(entry, 1_000);

        fixture.Run(10_000);

        Assert.Equal([3_000, 6_000], owner.Calls.Select(static call => call.Now));
    }

    [Fact]
    public void The_owners_answer_arms_anew()
    {
        WheelFixture fixture = new();
        DelegateOwner owner = new(static (_, now) => now < 50_000 ? Deadline.After(now, 5_000) : Deadline.None);
        fixture.Wheel.Arm(fixture.Wheel.Allocate(owner), 0, 20_000);

        fixture.Run(100_000);

        Assert.Equal([20_000, 25_000, 30_000, 35_000, 40_000, 45_000, 50_000], owner.Calls.Select(static call => call.Now));
        Assert.Equal(7, fixture.Wheel.FiredTotal);
    }

    [Fact]
    public void An_answer_in_the_past_is_called_again_in_the_next_slot_not_in_a_loop()
    {
        WheelFixture fixture = new();
        DelegateOwner owner = new(static (_, now) => Deadline.After(0, 1));
        fixture.Wheel.Arm(fixture.Wheel.Allocate(owner), 0, 10);

        Assert.Equal(10, fixture.Run(100));
    }

    [Fact]
    public void Arming_inside_the_owners_call_holds_when_it_is_earlier_than_the_answer()
    {
        WheelFixture fixture = new();
        Queue<Deadline> answers = new([Deadline.None, Deadline.After(0, 9_000), Deadline.None]);
        DelegateOwner owner = new((entry, now) =>
        {
            if (now < 1_000)
            {
                fixture.Wheel.Arm(entry, now, 300);
            }

            return answers.TryDequeue(out Deadline answer) ? answer : Deadline.None;
        });
        fixture.Wheel.Arm(fixture.Wheel.Allocate(owner), 0, 100);

        fixture.Run(20_000);

        Assert.Equal([100, 400, 700, 1_000], owner.Calls.Select(static call => call.Now));
    }

    [Fact]
    public void An_exception_of_one_owner_disarms_only_its_entry()
    {
        List<Exception> reported = [];
        WheelFixture fixture = new(new TimingWheelOptions
        {
            OwnerFaulted = exception =>
            {
                reported.Add(exception);
                throw new InvalidOperationException("the report fails, too");
            },
        });
        DelegateOwner faulty = new(static (_, _) => throw new InvalidOperationException("mine"));
        DelegateOwner healthy = new(static (_, now) => Deadline.After(now, 100));
        fixture.Wheel.Arm(fixture.Wheel.Allocate(faulty), 0, 100);
        fixture.Wheel.Arm(fixture.Wheel.Allocate(healthy), 0, 100);

        fixture.Run(1_000);

        Assert.Single(faulty.Calls);
        Assert.Equal(10, healthy.Calls.Count);
        Assert.Equal("mine", Assert.Single(reported).Message);
        Assert.Equal(1, fixture.Wheel.OwnerFaults);
    }

    [Fact]
    public void A_full_wheel_refuses_and_names_the_limit()
    {
        WheelFixture fixture = new(new TimingWheelOptions { MaximumEntries = 5_000 });
        DelegateOwner owner = new();
        int[] entries = [.. Enumerable.Range(0, 5_000).Select(_ => fixture.Wheel.Allocate(owner))];

        Assert.False(fixture.Wheel.TryAllocate(owner, out _));
        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(() => fixture.Wheel.Allocate(owner));
        Assert.Contains("MaximumEntries is 5000", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(5_000, entries.Distinct().Count());

        fixture.Wheel.Release(entries[17]);
        fixture.StepAll();
        Assert.Equal(4_999, fixture.Wheel.AllocatedEntries);
        Assert.Equal(entries[17], fixture.Wheel.Allocate(owner));
    }

    [Fact]
    public void A_released_entry_is_not_called_and_its_index_serves_the_next_owner()
    {
        WheelFixture fixture = new(new TimingWheelOptions { MaximumEntries = 1 });
        DelegateOwner first = new();
        DelegateOwner second = new();
        int entry = fixture.Wheel.Allocate(first);
        fixture.Wheel.Arm(entry, 0, 50);
        fixture.Run(20);
        fixture.Wheel.Release(entry);
        fixture.Wheel.Arm(entry, 20, 10);
        Assert.Throws<InvalidOperationException>(() => fixture.Wheel.Release(entry));
        fixture.Run(100);

        Assert.Equal(entry, fixture.Wheel.Allocate(second));
        Assert.Equal(0, fixture.Run(1_000));
        fixture.Wheel.Arm(entry, fixture.Wheel.Now, 50);
        Assert.Equal(1, fixture.Run(60));

        Assert.Empty(first.Calls);
        Assert.Single(second.Calls);
    }

    [Fact]
    public void Releasing_inside_a_call_stops_entries_due_in_the_same_slot()
    {
        WheelFixture fixture = new();
        List<int> entries = [];
        DelegateOwner owner = new((entry, _) =>
        {
            entries.Remove(entry);
            entries.ForEach(fixture.Wheel.Release);
            entries.Clear();
            return Deadline.None;
        });
        for (int i = 0; i < 10; i++)
        {
            entries.Add(fixture.Wheel.Allocate(owner));
            fixture.Wheel.Arm(entries[i], 0, 100);
        }

        fixture.Run(200);

        Assert.Single(owner.Calls);
        Assert.Equal(1, fixture.Wheel.AllocatedEntries);
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        WheelFixture fixture = new();
        int entry = fixture.Wheel.Allocate(new DelegateOwner());
        Assert.Throws<ArgumentOutOfRangeException>(() => fixture.Wheel.Arm(entry, 0, -1));
        Assert.Throws<IndexOutOfRangeException>(() => fixture.Wheel.Arm(100_000, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Deadline.After(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WheelFixture(new TimingWheelOptions { MaximumEntries = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WheelFixture(new TimingWheelOptions { MaximumWorkPerStep = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WheelFixture(new TimingWheelOptions { GapThreshold = TimeSpan.Zero }));
    }
}
