using System.Collections.Immutable;
using FastRegistry.Load.Thresholds;

namespace FastRegistry.Load.InMemory;

/// <summary>What must hold for the sessions in memory.</summary>
internal static class InMemoryRules
{
    // What a session's place in the wheel and in the tables keeps for the next one, and a little for what the waves made once.
    private const double KeptPerSession = 160;
    private const double KeptAnyway = 4_000_000;

    public static ImmutableArray<ThresholdResult> Judge(InMemorySettings settings, InMemoryFigures figures)
    {
        double kept = figures.After.ManagedHeapBytes - figures.After.FreeBlockBytes - figures.Before.ManagedHeapBytes + figures.Before.FreeBlockBytes;
        double idlePercent = IdlePercent(figures);
        return
        [
            AtMost("heap per session without the pipes <= 800 B", figures.Heap.WithoutPipesBytes, 800),
            AtMost("processor time with all idle <= 1 % of a core", idlePercent, 1),
            AtMost("sessions lost == 0", figures.Lost, 0),
            AtLeast("probes answered == all", figures.Answered, settings.Connections),
            AtLeast("released exactly once == all", figures.Eject.ReleasedOnce, settings.Connections),
            AtMost("released too early == 0", figures.Eject.ReleasedEarly, 0),
            AtMost("left of the sessions == 0", figures.Left, 0),
            AtMost("heap kept afterwards, free blocks not counted, <= 160 B per session + 4 MB", kept, (KeptPerSession * settings.Connections) + KeptAnyway),
        ];
    }

    /// <summary>Of one core.</summary>
    public static double IdlePercent(InMemoryFigures figures) => figures.IdleCpuSeconds / figures.IdleSeconds * 100;

    private static ThresholdResult AtMost(string text, double found, double limit) => new(text, found, found <= limit);

    private static ThresholdResult AtLeast(string text, double found, double limit) => new(text, found, found >= limit);
}
