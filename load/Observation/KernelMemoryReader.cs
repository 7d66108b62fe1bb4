using System.Globalization;

namespace FastRegistry.Load.Observation;

/// <summary>Reads what the kernel says about memory for sockets.</summary>
internal static class KernelMemoryReader
{
    /// <summary>Null where the system does not tell.</summary>
    public static KernelMemory? Read()
    {
        const string Sockets = "/proc/net/sockstat";
        const string Memory = "/proc/meminfo";
        return File.Exists(Sockets) && File.Exists(Memory)
            ? Parse(File.ReadAllText(Sockets), File.ReadAllText(Memory), Environment.SystemPageSize)
            : null;
    }

    /// <param name="sockets">Has <c>TCP: inuse 5 orphan 0 tw 0 alloc 7 mem 3</c>, mem in pages.</param>
    /// <param name="memory">Has <c>Slab:  153404 kB</c>.</param>
    public static KernelMemory? Parse(string sockets, string memory, int pageBytes) =>
        AfterWord(sockets, "TCP:", "mem") is { } pages && AfterWord(memory, "Slab:", "Slab:") is { } slabKilobytes
            ? new KernelMemory(pages * pageBytes, slabKilobytes * 1024)
            : null;

    private static long? AfterWord(string text, string line, string word)
    {
        foreach (string candidate in text.Split('\n'))
        {
            if (candidate.StartsWith(line, StringComparison.Ordinal))
            {
                string[] words = candidate.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                int at = Array.IndexOf(words, word) + 1;
                return at > 0 && at < words.Length && long.TryParse(words[at], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
            }
        }

        return null;
    }
}
