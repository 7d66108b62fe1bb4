using FastRegistry.Tests;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Wire.Tests.Timing;

/// <summary>Threads arming and touching while another one steps. The stepping thread moves virtual time by a millisecond at a time.</summary>
public sealed class WheelRaceTests
{
    private const int Workers = 3;
    private const int Rounds = 4_000;

    /// <summary>Longer than the test runs in virtual time, so that this deadline never fires itself.</summary>
    private const int LongTimeout = 1_000_000_000;

    private readonly VirtualTimeProvider _time = new();
    private readonly TimingWheel _wheel;
    private readonly long _started = Environment.TickCount64;
    private long _steppedTo;

    public WheelRaceTests() => _wheel = new TimingWheel(_time, new TimingWheelOptions());

    /// <summary>Threads that hand over to each other are slow on a machine busy with other things: then fewer rounds have to do.</summary>
    private bool InTime => Environment.TickCount64 - _started < 3_000;

    [Fact]
    public async Task No_armed_deadline_is_lost_or_early() => await RaceAsync(static (test, worker) => test.ArmAndWait(worker));

    [Fact]
    public async Task No_released_entry_calls_a_former_owner() => await RaceAsync(static (test, worker) => test.AllocateAndRelease(worker));

    [Fact]
    public async Task No_earlier_deadline_is_lost_while_its_entry_moves_to_a_later_slot() =>
        await RaceAsync(static (test, _) => test.ArmWhileRelinked(), workers: 1);

    private async Task RaceAsync(Action<WheelRaceTests, int> work, int workers = Workers)
    {
        Task[] running = [.. Enumerable.Range(0, workers).Select(worker => Task.Factory.StartNew(
            () => work(this, worker), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Task all = Task.WhenAll(running);
        while (!all.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            while (_wheel.Step().More)
            {
            }

            Volatile.Write(ref _steppedTo, _wheel.Now);
            Thread.Yield();
        }

        await all;
        Assert.Equal(0, _wheel.OwnerFaults);
    }

    private void ArmAndWait(int worker)
    {
        Random random = new(worker);
        FlagOwner owner = new();
        int entry = _wheel.Allocate(owner);
        for (int round = 0; round < Rounds && InTime; round++)
        {
            int timeout = random.Next(1, 12);
            int shape = random.Next(4);
            if (shape == 1)
            {
                // The later deadline may be linked, or not yet, when the earlier one replaces it.
                _wheel.Arm(entry, _wheel.Now, LongTimeout);
            }

            long start = _wheel.Now;
            owner.Expect(start + timeout);
            _wheel.Arm(entry, start, timeout);
            if (shape == 2)
            {
                long touched = _wheel.Now;
                _wheel.Touch(entry, touched);
                start = touched;
            }

            long armedAt = _wheel.Now;
            while (!owner.Fired)
            {
                // The next deadline is armed the moment the call shows, while the wheel's thread still stores the former answer.
                long late = Volatile.Read(ref _steppedTo) - Math.Max(start + timeout, armedAt);
                Assert.True(late < 50 || owner.Fired, $"worker {worker}, round {round}: {late} ms late");
                Thread.Yield();
            }
        }

        _wheel.Release(entry);
    }

    private void ArmWhileRelinked()
    {
        Random random = new(1);
        FlagOwner owner = new();

        // A preempted round lets the first deadline fire, which is no fault here.
        owner.Expect(long.MinValue);
        int entry = _wheel.Allocate(owner);
        for (int round = 0; round < Rounds * 5 && InTime; round++)
        {
            long start = _wheel.Now;
            _wheel.Arm(entry, start, 15);
            SpinUntil(() => Volatile.Read(ref _steppedTo) > start + 1);

            // Later than its slot, so the entry stays there until the slot comes due and is then linked anew: the moment to arm early again.
            _wheel.Arm(entry, start, LongTimeout);
            long slot = (start + 15 + 9) / 10 * 10;
            SpinUntil(() => _wheel.Now >= slot);
            Thread.SpinWait(random.Next(12));
            start = _wheel.Now;
            owner.Expect(long.MinValue);
            _wheel.Arm(entry, start, 15);
            long due = Math.Max(start + 15, _wheel.Now);
            SpinUntil(() =>
            {
                long late = Volatile.Read(ref _steppedTo) - due;
                Assert.True(late < 50 || owner.Fired, $"round {round}: {late} ms late");
                return owner.Fired;
            });
        }
    }

    private static void SpinUntil(Func<bool> condition)
    {
        for (int spins = 1; !condition(); spins++)
        {
            // Busy at first, to react within nanoseconds; the other thread may need this core, though.
            if (spins % 5_000 == 0)
            {
                Thread.Yield();
            }
        }
    }

    private void AllocateAndRelease(int worker)
    {
        Random random = new(worker);
        List<(int Entry, OwnedEntry Owner)> held = [];
        for (int round = 0; round < Rounds * 10 && InTime; round++)
        {
            OwnedEntry owner = new();
            int entry = _wheel.Allocate(owner);
            Volatile.Write(ref owner.Entry, entry);
            _wheel.Arm(entry, _wheel.Now, random.Next(1, 30));
            held.Add((entry, owner));
            if (held.Count > 20)
            {
                int victim = random.Next(held.Count);
                _wheel.Release(held[victim].Entry);
                held.RemoveAt(victim);
            }
        }

        held.ForEach(pair => _wheel.Release(pair.Entry));
    }

    private sealed class OwnedEntry : IDeadlineOwner
    {
        public int Entry = -1;

        public Deadline OnDeadline(int entry, long now) =>
            entry == Volatile.Read(ref Entry) ? Deadline.None : throw new InvalidOperationException("somebody else's entry");
    }

    private sealed class FlagOwner : IDeadlineOwner
    {
        private long _notBefore = long.MaxValue;
        private volatile bool _fired;

        public bool Fired => _fired;

        public void Expect(long notBefore)
        {
            _fired = false;
            Volatile.Write(ref _notBefore, notBefore);
        }

        public Deadline OnDeadline(int entry, long now)
        {
            if (now < Volatile.Read(ref _notBefore))
            {
                throw new InvalidOperationException("early");
            }

            _fired = true;
            return Deadline.None;
        }
    }
}
