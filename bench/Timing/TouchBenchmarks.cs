using System.Collections.Concurrent;
using BenchmarkDotNet.Attributes;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Bench.Timing;

/// <summary>Cost of one activity, entries in random order.</summary>
[MemoryDiagnoser]
public class TouchBenchmarks
{
    private const int Batch = 10_000;

    private readonly ManualTimeProvider _time = new();
    private TimingWheel _wheel = null!;
    private int[] _order = [];
    private string[] _keys = [];
    private Timer[] _timers = [];
    private ConcurrentDictionary<string, LeaseEntry> _leases = new();
    private int _position;

    [Params(100_000, 1_000_000)]
    public int Entries { get; set; }

    [GlobalSetup(Targets = [nameof(WheelTouch), nameof(WheelArm)])]
    public void SetUpWheel()
    {
        _order = TimingScenario.RandomOrder(Entries);
        _wheel = new TimingWheel(_time, new TimingWheelOptions());
        RestartingOwner owner = new(TimingScenario.TimeoutMilliseconds);
        for (int i = 0; i < Entries; i++)
        {
            _wheel.Arm(_wheel.Allocate(owner), 0, TimingScenario.TimeoutMilliseconds);
        }

        while (_wheel.Step().More)
        {
        }
    }

    [GlobalSetup(Target = nameof(DictionaryTouch))]
    public void SetUpDictionary()
    {
        _order = TimingScenario.RandomOrder(Entries);
        _keys = [.. Enumerable.Range(0, Entries).Select(TimingScenario.Key)];
        _leases = new ConcurrentDictionary<string, LeaseEntry>(1, Entries);
        foreach (string key in _keys)
        {
            // A key parsed from a request is never the dictionary's own string.
            _leases[new string(key.AsSpan())] = new LeaseEntry();
        }
    }

    [GlobalSetup(Target = nameof(TimerChange))]
    public void SetUpTimers()
    {
        _order = TimingScenario.RandomOrder(Entries);
        _timers = new Timer[Entries];
        for (int i = 0; i < Entries; i++)
        {
            // Far away, so that none fires into the measurement.
            _timers[i] = new Timer(static _ => { }, null, 3_600_000 + i, Timeout.Infinite);
        }
    }

    [GlobalCleanup(Target = nameof(TimerChange))]
    public void DisposeTimers() => Array.ForEach(_timers, static timer => timer.Dispose());

    [Benchmark(Baseline = true, OperationsPerInvoke = Batch)]
    public void WheelTouch()
    {
        long now = _wheel.Now;
        foreach (int entry in NextBatch())
        {
            _wheel.Touch(entry, now);
        }
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void WheelArm()
    {
        long now = _wheel.Now;
        foreach (int entry in NextBatch())
        {
            _wheel.Arm(entry, now, TimingScenario.TimeoutMilliseconds);
        }
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void DictionaryTouch()
    {
        long now = _position;
        foreach (int entry in NextBatch())
        {
            if (_leases.TryGetValue(_keys[entry], out LeaseEntry? lease))
            {
                lease.LastSeen = now;
            }
        }
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void TimerChange()
    {
        foreach (int entry in NextBatch())
        {
            _timers[entry].Change(3_600_000, Timeout.Infinite);
        }
    }

    private ReadOnlySpan<int> NextBatch()
    {
        _position = (_position + Batch) % Entries;
        return _order.AsSpan(_position, Batch);
    }
}
