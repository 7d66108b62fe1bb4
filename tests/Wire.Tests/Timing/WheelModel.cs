using FastRegistry.Wire.Timing;

namespace FastRegistry.Wire.Tests.Timing;

/// <summary>Plays one random history on a wheel and keeps what each entry's deadline should be.</summary>
internal sealed class WheelModel : IDeadlineOwner
{
    private static readonly int[] TimeoutRanges = [12, 300, 2_600, 15_000, 130_000, 5_000_000, int.MaxValue];

    private readonly int _seed;
    private readonly Random _random;
    private readonly WheelFixture _fixture;
    private readonly Dictionary<int, ModelOwner> _owners = [];
    private readonly Dictionary<int, Deadline> _armed = [];
    private readonly List<int> _live = [];
    private long _gapEnd;
    private long _fired;

    public WheelModel(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        _fixture = new WheelFixture(new TimingWheelOptions { MaximumEntries = 64, MaximumWorkPerStep = seed % 3 == 0 ? 16 : 8192 });
    }

    private TimingWheel Wheel => _fixture.Wheel;

    public void Play(int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            switch (_random.Next(20))
            {
                case < 3: Allocate(); break;
                case < 8: OnSome(entry => Arm(entry, PastStart(), Timeout())); break;
                case < 11: OnSome(Touch); break;
                case < 12: OnSome(Disarm); break;
                case < 13: OnSome(Release); break;
                default: AdvanceAndCheck(Advance()); break;
            }
        }

        Assert.Equal(_fired, Wheel.FiredTotal);
        Assert.Equal(0, Wheel.OwnerFaults);
    }

    public Deadline OnDeadline(int entry, long now)
    {
        Check(_armed.Remove(entry, out Deadline deadline), $"entry {entry} fired at {now} and was not armed");
        Check(Due(deadline) <= now, $"entry {entry} fired at {now}, due at {Due(deadline)}");
        _fired++;
        if (_random.Next(3) == 0)
        {
            return Deadline.None;
        }

        Deadline next = Deadline.After(now - _random.Next(2), _random.Next(2, 20_000));
        _armed[entry] = next;
        return next;
    }

    private void Allocate()
    {
        bool expected = _owners.Count < 64;
        ModelOwner owner = new(this);
        bool done = Wheel.TryAllocate(owner, out int entry);
        if (!done)
        {
            // Released entries count until a step took them back.
            _fixture.StepAll();
            done = Wheel.TryAllocate(owner, out entry);
        }

        Check(done == expected, $"allocation {(done ? "succeeded" : "failed")} with {_owners.Count} entries");
        if (done)
        {
            owner.Entry = entry;
            _owners.Add(entry, owner);
            _live.Add(entry);
        }
    }

    private void Arm(int entry, long start, int timeout)
    {
        _armed[entry] = Deadline.After(start, timeout);
        Wheel.Arm(entry, start, timeout);
    }

    private void Touch(int entry)
    {
        long now = Wheel.Now;
        if (_armed.TryGetValue(entry, out Deadline deadline))
        {
            _armed[entry] = deadline with { Start = now };
        }

        Wheel.Touch(entry, now);
    }

    private void Disarm(int entry)
    {
        _armed.Remove(entry);
        Wheel.Disarm(entry);
    }

    private void Release(int entry)
    {
        _armed.Remove(entry);
        _owners.Remove(entry, out ModelOwner? owner);
        owner!.Entry = -1;
        _live.Remove(entry);
        Wheel.Release(entry);
    }

    private void AdvanceAndCheck(long milliseconds)
    {
        long planned = Wheel.Now + _fixture.Sleep;
        _fixture.Pass(milliseconds);
        long now = Wheel.Now;
        if (now - planned > 1_000)
        {
            _gapEnd = now;
        }

        _fixture.StepAll();
        Check(Wheel.LastGapEnd == _gapEnd, $"gap end {Wheel.LastGapEnd}, expected {_gapEnd}");
        foreach ((int entry, Deadline deadline) in _armed)
        {
            long slot = (Due(deadline) + 9) / 10 * 10;
            Check(slot > now, $"entry {entry} was due at {Due(deadline)} and has not fired at {now}");
            Check(_fixture.Sleep <= slot - now, $"asked to sleep {_fixture.Sleep} at {now} with entry {entry} due at {slot}");
        }
    }

    private long Advance() => _random.Next(12) switch
    {
        < 4 => _random.Next(1, 30),
        < 7 => _fixture.Sleep,
        < 9 => _fixture.Sleep + _random.Next(1_001),
        9 => _random.Next(500),
        10 => RunFor(_random.Next(150_000)),
        _ => _random.Next(8) switch
        {
            0 => _random.NextInt64(3L * 86_400_000),
            1 => _fixture.Sleep + 1_001,
            _ => _random.Next(1_600),
        },
    };

    private long RunFor(long milliseconds)
    {
        for (long end = Wheel.Now + milliseconds; Wheel.Now < end;)
        {
            AdvanceAndCheck(_fixture.Sleep);
        }

        return 1;
    }

    private int Timeout()
    {
        int range = TimeoutRanges[_random.Next(TimeoutRanges.Length)];
        return _random.Next(1, range);
    }

    private long PastStart() => Wheel.Now - (_random.Next(3) == 0 ? _random.Next(5_000) : 0);

    private long Due(Deadline deadline) => Math.Max(deadline.Start, _gapEnd) + deadline.TimeoutMilliseconds;

    private void OnSome(Action<int> operation)
    {
        if (_live.Count > 0)
        {
            operation(_live[_random.Next(_live.Count)]);
        }
    }

    private void Check(bool holds, string failure) => Assert.True(holds, $"seed {_seed}: {failure}");

    /// <summary>One per allocation, so that a call meant for a former owner of the index shows.</summary>
    private sealed class ModelOwner(WheelModel model) : IDeadlineOwner
    {
        public int Entry { get; set; } = -1;

        public Deadline OnDeadline(int entry, long now)
        {
            model.Check(entry == Entry, $"the call for entry {entry} went to the owner of {Entry}");
            return model.OnDeadline(entry, now);
        }
    }
}
