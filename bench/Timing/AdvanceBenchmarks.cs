using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Bench.Timing;

/// <summary>
/// Expiry work for 100 ms of time at a time-out of 15 s, without the cost of activity itself (see <see cref="TouchBenchmarks"/>). The wheel is in
/// its steady state; a scan costs the same whatever happened, so nothing needs to be prepared for it.
/// </summary>
[MemoryDiagnoser]
[EvaluateOverhead(false)] // Overhead iterations would run the activity without moving the time, and bunch the deadlines.
public class AdvanceBenchmarks
{
    private readonly ManualTimeProvider _time = new();
    private readonly Random _random = new(29);
    private TimingWheel _wheel = null!;
    private int[] _entries = [];
    private int[] _order = [];
    private ConcurrentDictionary<string, LeaseEntry> _leases = new();
    private long[] _deadlines = [];
    private long _scanTime;

    [Params(100_000, 1_000_000)]
    public int Entries { get; set; }

    /// <summary>Share of the entries that are active (each once in 5 s on average); the others come due every 15 s and start again.</summary>
    [Params(90)]
    public int ActivePercent { get; set; }

    [GlobalSetup(Target = nameof(Wheel))]
    public void SetUpWheel()
    {
        _order = TimingScenario.RandomOrder(Entries);
        _wheel = new TimingWheel(_time, new TimingWheelOptions());
        RestartingOwner owner = new(TimingScenario.TimeoutMilliseconds);
        _entries = new int[Entries];
        for (int i = 0; i < Entries; i++)
        {
            _entries[i] = _wheel.Allocate(owner);
        }

        // All with the real time-out, at ages in no relation to the order: idle entries that come due together would come due together for ever.
        _time.Advance(TimingScenario.TimeoutMilliseconds);
        for (int i = 0; i < Entries; i++)
        {
            _wheel.Arm(_entries[i], _random.Next(TimingScenario.TimeoutMilliseconds), TimingScenario.TimeoutMilliseconds);
        }

        for (int elapsed = 0; elapsed < 60_000; elapsed += TimingScenario.AdvanceMilliseconds)
        {
            Wheel();
            TouchSome();
        }
    }

    /// <summary>Activity between the measured advances; not part of the measured time.</summary>
    [IterationSetup(Target = nameof(Wheel))]
    public void TouchSome()
    {
        // At random and not in turns: a period that divides the time-out would make the slots beat against the activity.
        int active = Entries / 100 * ActivePercent;
        long now = _wheel.Now;
        for (int i = 0; i < TimingScenario.TouchesPerAdvance(active); i++)
        {
            _wheel.Touch(_entries[_order[_random.Next(active)]], now);
        }
    }

    [GlobalSetup(Targets = [nameof(DictionaryScan), nameof(DenseScan), nameof(DenseVectorScan)])]
    public void SetUpScans()
    {
        int[] order = TimingScenario.RandomOrder(Entries);
        _leases = new ConcurrentDictionary<string, LeaseEntry>(1, Entries);
        _deadlines = new long[Entries];
        _scanTime = _time.GetTimestamp();
        for (int i = 0; i < Entries; i++)
        {
            _leases[TimingScenario.Key(order[i])] = new LeaseEntry { LastSeen = i };
            _deadlines[order[i]] = i + TimingScenario.TimeoutMilliseconds;
        }
    }

    /// <summary>Ten steps of 10 ms, as the driver makes them when slots are populated.</summary>
    [Benchmark(Baseline = true)]
    public int Wheel()
    {
        int examined = 0;
        for (int elapsed = 0; elapsed < TimingScenario.AdvanceMilliseconds; elapsed += 10)
        {
            _time.Advance(10);
            WheelStep step;
            do
            {
                step = _wheel.Step();
                examined += step.Examined;
            }
            while (step.More);
        }

        return examined;
    }

    [Benchmark]
    public int DictionaryScan()
    {
        int due = 0;
        foreach (KeyValuePair<string, LeaseEntry> lease in _leases)
        {
            if (lease.Value.LastSeen + TimingScenario.TimeoutMilliseconds <= _scanTime)
            {
                due++;
            }
        }

        return due;
    }

    [Benchmark]
    public int DenseScan()
    {
        int due = 0;
        foreach (long deadline in _deadlines)
        {
            if (deadline <= _scanTime)
            {
                due++;
            }
        }

        return due;
    }

    [Benchmark]
    public int DenseVectorScan()
    {
        ReadOnlySpan<Vector<long>> vectors = MemoryMarshal.Cast<long, Vector<long>>(_deadlines);
        Vector<long> now = new(_scanTime);
        int due = 0;
        foreach (Vector<long> vector in vectors)
        {
            if (Vector.LessThanOrEqualAny(vector, now))
            {
                due++;
            }
        }

        return due;
    }
}
