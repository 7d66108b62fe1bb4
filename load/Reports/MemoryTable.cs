using FastRegistry.Load.Observation;

namespace FastRegistry.Load.Reports;

/// <summary>The servers' memory at each point, and what each connection above <c>start</c> added to it.</summary>
internal static class MemoryTable
{
    private const string Start = "start";

    public static ReportTable Create(IReadOnlyList<MemoryPoint> points)
    {
        ReportTable table = new(
            "when", "connections", "managed heap", "RssAnon", "socket buffers", "kernel slab", "heap each", "RssAnon each", "slab each (both ends)");
        MemoryPoint? start = points.FirstOrDefault(static point => point.When == Start);
        foreach (MemoryPoint point in points)
        {
            table.Add(
                point.When,
                ReportNumbers.Count(point.Connections),
                ReportNumbers.Bytes(point.ManagedHeapBytes),
                ReportNumbers.Bytes(point.ResidentAnonymousBytes),
                ReportNumbers.Bytes(point.Kernel?.SocketBufferBytes),
                ReportNumbers.Bytes(point.Kernel?.SlabBytes),
                Each(point, start, static at => at.ManagedHeapBytes),
                Each(point, start, static at => at.ResidentAnonymousBytes),
                Each(point, start, static at => at.Kernel?.SlabBytes));
        }

        return table;
    }

    private static string Each(MemoryPoint point, MemoryPoint? start, Func<MemoryPoint, long?> bytes)
    {
        int added = point.Connections - (start?.Connections ?? 0);
        return ReportNumbers.ExactBytes(start is not null && added > 0 ? (double?)(bytes(point) - bytes(start)) / added : null);
    }
}
