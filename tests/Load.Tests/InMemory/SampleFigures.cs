using FastRegistry.Load.InMemory;

namespace FastRegistry.Load.Tests.InMemory;

/// <summary>Figures made by hand, of ten sessions that did everything right.</summary>
internal static class SampleFigures
{
    public static InMemorySettings Settings { get; } = new() { Connections = 10 };

    public static InMemoryFigures Good { get; } = new()
    {
        Sessions = 10,
        Lost = 0,
        Heap = new HeapShares(PipesBytes: 1200, ConnectionBytes: 300, SessionBytes: 400),
        SetUp = new WaveCost(Seconds: 0.5, CpuSeconds: 0.001, AllocatedBytes: 1000, PeakResidentBytes: 5000),
        IdleSeconds = 10,
        IdleCpuSeconds = 0.05,
        Probe = new WaveCost(Seconds: 0.25, CpuSeconds: 0.3, AllocatedBytes: 7000, PeakResidentBytes: 6000),
        Answered = 10,
        Eject = new EjectResult(new WaveCost(Seconds: 0.75, CpuSeconds: 0.4, AllocatedBytes: 8000, PeakResidentBytes: 9000), ClosedAfterSeconds: 2.5, ReleasedOnce: 10, ReleasedAgain: 0, ReleasedEarly: 0),
        Before = new NodeMemory(ManagedHeapBytes: 1_000_000, ResidentAnonymousBytes: 2_000_000, FreeBlockBytes: 0),
        Idle = new NodeMemory(ManagedHeapBytes: 1_019_000, ResidentAnonymousBytes: 2_030_000, FreeBlockBytes: 0),
        After = new NodeMemory(ManagedHeapBytes: 1_500_000, ResidentAnonymousBytes: 2_600_000, FreeBlockBytes: 400_000),
        Left = 0,
    };
}
