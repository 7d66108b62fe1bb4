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
