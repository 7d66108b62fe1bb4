using System.Collections.Immutable;

namespace FastRegistry.Load.InMemory;

/// <summary>The figures in the order of the report.</summary>
internal static class InMemoryRows
{
    private const string Bytes = "B";
    private const string Count = "count";
    private const string Milliseconds = "ms";

    public static ImmutableArray<InMemoryRow> Of(InMemoryFigures figures)
    {
        double sessions = figures.Sessions;
        return
        [
            new("sessions", "sessions", Count, figures.Sessions),
            new("heap_without_pipes_each", "managed heap per session, without the pipes", Bytes, figures.Heap.WithoutPipesBytes),
            new("heap_session_each", "of it the session", Bytes, figures.Heap.SessionBytes),
            new("heap_connection_each", "of it the connection and its output chain", Bytes, figures.Heap.ConnectionBytes),
            new("heap_pipes_each", "the pipes, both ends", Bytes, figures.Heap.PipesBytes),
            new("resident_each", "RssAnon per session, with the pipes", Bytes, (figures.Idle.ResidentAnonymousBytes - figures.Before.ResidentAnonymousBytes) / sessions),
            new("setup_rate", "connect + set-up, rate", "/s", sessions / figures.SetUp.Seconds),
            new("setup_cpu_us_each", "connect + set-up, CPU of both ends", "us", figures.SetUp.CpuSeconds * 1e6 / sessions),
            new("idle_cpu_percent", "all idle, CPU of the process", "% of a core", InMemoryRules.IdlePercent(figures)),
            .. Wave("probe", "probe wave, due to all answered", figures.Probe, sessions),
            new("probe_answered", "probe wave, answered", Count, figures.Answered),
            .. Wave("eject", "eject wave, due to all released", figures.Eject.Cost, sessions),
            new("eject_closed", "eject wave, due to all connections closed", Milliseconds, figures.Eject.ClosedAfterSeconds * 1000),
            new("eject_once", "eject wave, released exactly once", Count, figures.Eject.ReleasedOnce),
            new("eject_again", "eject wave, released more than once", Count, figures.Eject.ReleasedAgain),
            new("eject_early", "eject wave, released too early", Count, figures.Eject.ReleasedEarly),
            new("heap_before", "managed heap before the first session", Bytes, figures.Before.ManagedHeapBytes),
            new("heap_idle", "managed heap with all idle", Bytes, figures.Idle.ManagedHeapBytes),
            new("heap_after", "managed heap after the last session", Bytes, figures.After.ManagedHeapBytes),
            new("heap_after_blocks", "of it free buffer blocks, kept for the next burst", Bytes, figures.After.FreeBlockBytes),
            new("resident_before", "RssAnon before the first session", Bytes, figures.Before.ResidentAnonymousBytes),
            new("resident_after", "RssAnon after the last session", Bytes, figures.After.ResidentAnonymousBytes),
            new("left", "left of the sessions", Count, figures.Left),
            new("lost", "sessions lost", Count, figures.Lost),
        ];
    }

    private static IEnumerable<InMemoryRow> Wave(string name, string what, WaveCost cost, double sessions) =>
    [
        new($"{name}_ms", what, Milliseconds, cost.Seconds * 1000),
        new($"{name}_cpu_ms", $"{name} wave, CPU of both ends", Milliseconds, cost.CpuSeconds * 1000),
        new($"{name}_allocated_each", $"{name} wave, allocated per session", Bytes, cost.AllocatedBytes / sessions),
        new($"{name}_peak_resident", $"{name} wave, highest RssAnon", Bytes, cost.PeakResidentBytes),
    ];
}
