using FastRegistry.Tests;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Wire.Tests.Timing;

public sealed class WheelDriverTests
{
    private readonly VirtualTimeProvider _time = new();
    private readonly TimingWheel _wheel;

    public WheelDriverTests() => _wheel = new TimingWheel(_time, new TimingWheelOptions());

    [Fact]
    public async Task An_empty_wheel_is_stepped_twice_a_second_from_one_timer()
    {
        await using WheelDriver driver = new(_wheel);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, _time.ArmedTimers);
        Assert.Equal(TimeSpan.FromMilliseconds(500), _time.NextTimer);
        Assert.Equal(0, _wheel.LastGapEnd);
    }

    [Fact]
    public async Task An_earlier_deadline_wakes_the_driver()
    {
        DelegateOwner owner = new();
        int entry = _wheel.Allocate(owner);
        await using WheelDriver driver = new(_wheel);
        _time.Advance(TimeSpan.FromMilliseconds(100));

        _wheel.Arm(entry, _wheel.Now, 40);
        Assert.Equal(TimeSpan.Zero, _time.NextTimer);
        _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal(140, Assert.Single(owner.Calls).Now);
        Assert.Equal(1, _time.ArmedTimers);
    }

    [Fact]
    public async Task A_later_deadline_does_not_wake_the_driver()
    {
        int entry = _wheel.Allocate(new DelegateOwner());
        await using WheelDriver driver = new(_wheel);
        _time.Advance(TimeSpan.FromMilliseconds(100));

        _wheel.Arm(entry, _wheel.Now, 500);

        Assert.Equal(TimeSpan.FromMilliseconds(400), _time.NextTimer);
    }

    [Fact]
    public async Task Deadlines_of_all_lengths_fire_on_time()
    {
        DelegateOwner owner = new();
        int[] timeouts = [5, 60, 480, 1_500, 20_000, 180_000, 7_200_000];
        int[] entries = [.. timeouts.Select(_ => _wheel.Allocate(owner))];
        await using WheelDriver driver = new(_wheel);
        _time.Advance(TimeSpan.Zero);
        for (int i = 0; i < entries.Length; i++)
        {
            _wheel.Arm(entries[i], 0, timeouts[i]);
        }

        _time.Advance(TimeSpan.FromHours(3));

        Assert.Equal(timeouts.Select(static timeout => (timeout + 9) / 10 * 10L), owner.Calls.Select(static call => call.Now));
    }

    [Fact]
    public async Task A_suspended_process_ejects_nobody_on_resumption()
    {
        DelegateOwner owner = new();
        await using WheelDriver driver = new(_wheel);
        _wheel.Arm(_wheel.Allocate(owner), 0, 15_000);
        _time.Advance(TimeSpan.FromSeconds(10));

        _time.Suspend(TimeSpan.FromMinutes(10));
        Assert.Empty(owner.Calls);
        Assert.Equal(610_000, _wheel.LastGapEnd);

        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(625_000, Assert.Single(owner.Calls).Now);
    }

    [Fact]
    public async Task A_wheel_has_one_driver()
    {
        await using WheelDriver driver = new(_wheel);
        Assert.Throws<InvalidOperationException>(() => new WheelDriver(_wheel));
    }

    [Fact]
    public async Task Arming_during_a_step_makes_the_driver_step_again_and_never_overlap()
    {
        using ManualResetEventSlim entered = new();
        using ManualResetEventSlim proceed = new();
        DelegateOwner blocking = new((_, _) =>
        {
            entered.Set();
            proceed.Wait();
            return Deadline.None;
        });
        DelegateOwner other = new();
        _wheel.Arm(_wheel.Allocate(blocking), 0, 10);
        int otherEntry = _wheel.Allocate(other);
        await using WheelDriver driver = new(_wheel);
        Task advancing = Task.Run(() => _time.Advance(TimeSpan.FromMilliseconds(10)), TestContext.Current.CancellationToken);
        entered.Wait(TestContext.Current.CancellationToken);

        Assert.Throws<InvalidOperationException>(() => _wheel.Step());
        _wheel.Arm(otherEntry, 0, 5);
        proceed.Set();
        await advancing;

        Assert.Single(other.Calls);
    }

    [Fact]
    public async Task Disposal_waits_for_the_running_step_and_stops()
    {
        using ManualResetEventSlim entered = new();
        using ManualResetEventSlim proceed = new();
        DelegateOwner owner = new((_, now) =>
        {
            entered.Set();
            proceed.Wait();
            return Deadline.After(now, 10);
        });
        int entry = _wheel.Allocate(owner);
        _wheel.Arm(entry, 0, 10);
        WheelDriver driver = new(_wheel);
        Task advancing = Task.Run(() => _time.Advance(TimeSpan.FromMilliseconds(10)), TestContext.Current.CancellationToken);
        entered.Wait(TestContext.Current.CancellationToken);

        Task disposal = driver.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        proceed.Set();
        await advancing;
        await disposal;

        _wheel.Arm(entry, 0, 1);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(owner.Calls);
        Assert.Equal(0, _time.ArmedTimers);
        await driver.DisposeAsync();
    }

    [Fact]
    public async Task The_driver_works_on_real_time()
    {
        TimingWheel wheel = new(TimeProvider.System, new TimingWheelOptions());
        TaskCompletionSource<long> fired = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int entry = wheel.Allocate(new DelegateOwner((_, now) =>
        {
            fired.TrySetResult(now);
            return Deadline.None;
        }));
        await using WheelDriver driver = new(wheel);
        long start = wheel.Now;
        wheel.Arm(entry, start, 30);

        long firedAt = await fired.Task.WaitAsync(TestContext.Current.CancellationToken);

        Assert.True(firedAt >= start + 30);
    }
}
