using System.Diagnostics;
using FastRegistry.Load.InMemory;

namespace FastRegistry.Load.Memory.Phases;

/// <summary>Measures what the process uses from <see cref="Start"/> to <see cref="Stop"/>; a thread of its own watches the peak of the memory.</summary>
internal sealed class WaveMeter
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);

    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly TimeSpan _cpu = Environment.CpuUsage.TotalTime;
    private readonly long _allocated = GC.GetTotalAllocatedBytes(precise: true);
    private readonly Thread _watch;
    private long _peak;
    private bool _stopped;

    private WaveMeter()
    {
        _watch = new Thread(Watch) { IsBackground = true, Name = "peak" };
        _watch.Start();
    }

    public static WaveMeter Start() => new();

    public WaveCost Stop()
    {
        double seconds = Stopwatch.GetElapsedTime(_startedAt).TotalSeconds;
        TimeSpan cpu = Environment.CpuUsage.TotalTime - _cpu;
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - _allocated;
        Volatile.Write(ref _stopped, true);
        _watch.Join();
        return new WaveCost(seconds, cpu.TotalSeconds, allocated, Volatile.Read(ref _peak));
    }

    private void Watch()
    {
        using ResidentMemory memory = new();
        do
        {
            _peak = Math.Max(_peak, memory.ReadBytes());
            Thread.Sleep(Look);
        }
        while (!Volatile.Read(ref _stopped));
    }
}
