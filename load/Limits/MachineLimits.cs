using System.Globalization;

namespace FastRegistry.Load.Limits;

/// <summary>What the machine allows; each null where the system does not tell.</summary>
/// <param name="OpenFiles">Per process.</param>
/// <param name="PortsPerSource">Ports for outgoing connections of one source address.</param>
/// <param name="AvailableMemoryBytes">That can be used without swapping.</param>
/// <param name="FreeSystemFiles">Open files the whole system may have beyond those it has.</param>
internal sealed record MachineLimits(long? OpenFiles, int? PortsPerSource, long? AvailableMemoryBytes, long? FreeSystemFiles)
{
    public static MachineLimits Read() => new(
        OpenFileLimit.Read(),
        EphemeralPorts.Read(),
        ReadText("/proc/meminfo") is { } memory ? ParseAvailableMemory(memory) : null,
        ReadText("/proc/sys/fs/file-nr") is { } files ? ParseFreeFiles(files) : null);

    /// <param name="memory">/proc/meminfo, which has <c>MemAvailable:  24183264 kB</c>.</param>
    public static long? ParseAvailableMemory(string memory)
    {
        const string Name = "MemAvailable:";
        string? line = memory.Split('\n').FirstOrDefault(static line => line.StartsWith(Name, StringComparison.Ordinal));
        return line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [{ } number, ..] && ParseWhole(number) is { } kilobytes
            ? kilobytes * 1024
            : null;
    }

    /// <param name="files">/proc/sys/fs/file-nr: allocated, unused (always 0), and the maximum, which is /proc/sys/fs/file-max.</param>
    public static long? ParseFreeFiles(string files) =>
        files.Split((char[])['\t', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries) is [{ } used, _, { } maximum]
            && ParseWhole(used) is { } usedFiles && ParseWhole(maximum) is { } maximumFiles
            ? maximumFiles - usedFiles
            : null;

    private static string? ReadText(string path) => File.Exists(path) ? File.ReadAllText(path) : null;

    private static long? ParseWhole(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
