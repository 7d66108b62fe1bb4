using System.Globalization;

namespace FastRegistry.Node.Observability;

/// <summary>What the operating system says this process uses.</summary>
internal static class ProcessMemory
{
    /// <summary>Anonymous resident memory in bytes (<c>RssAnon</c>); the whole working set where the system does not tell.</summary>
    public static long ReadAnonymousBytes()
    {
        const string Status = "/proc/self/status";
        if (!OperatingSystem.IsLinux() || !File.Exists(Status))
        {
            return Environment.WorkingSet;
        }

        foreach (string line in File.ReadLines(Status))
        {
            if (line.StartsWith("RssAnon:", StringComparison.Ordinal))
            {
                string kibibytes = line["RssAnon:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
                return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
            }
        }

        return Environment.WorkingSet;
    }
}

/// <summary>What is left after a full, compacting collection: how bytes per connection and memory at rest are measured.</summary>
/// <param name="ManagedBytes">Live managed heap.</param>
/// <param name="ResidentAnonymousBytes">Anonymous resident memory of the process.</param>
internal readonly record struct ForcedCollection(long ManagedBytes, long ResidentAnonymousBytes)
{
    /// <summary>Collects and reads. It stops the process for moments.</summary>
    /// <remarks>
    /// Nothing happens between the last collection and the reading: a server under load fills pages again within milliseconds, and
    /// <see cref="GC.GetTotalMemory(bool)"/> with its own, gentler collections would let it. What finalisers let go, the last collection takes.
    /// </remarks>
    public static ForcedCollection Run()
    {
        CollectEverything();
        GC.WaitForPendingFinalizers();
        CollectEverything();
        GC.WaitForPendingFinalizers();
        CollectEverything();
        long residentAnonymousBytes = ProcessMemory.ReadAnonymousBytes();
        return new ForcedCollection(GC.GetTotalMemory(forceFullCollection: false), residentAnonymousBytes);
    }

    private static void CollectEverything() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
