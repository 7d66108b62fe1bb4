using System.Globalization;

namespace FastRegistry.Load.Observation;

/// <summary>The largest resident memory of a process since <see cref="Reset"/>, as the kernel counts it; Linux only.</summary>
/// <param name="process">Number of a process of this user.</param>
internal sealed class ProcessMemoryPeak(int process)
{
    private const string Peak = "VmHWM:";

    /// <summary>Begins to count anew from what is resident now.</summary>
    /// <returns>False where the system does not allow it: the peak then is that of the process' life.</returns>
    public bool Reset()
    {
        try
        {
            File.WriteAllText($"/proc/{process}/clear_refs", "5");
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Null where the system does not tell, or when the process has ended.</summary>
    public long? Read()
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/{process}/status"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <param name="status">Has <c>VmHWM:   123456 kB</c>.</param>
    public static long? Parse(string status)
    {
        string? line = status.Split('\n').FirstOrDefault(static line => line.StartsWith(Peak, StringComparison.Ordinal));
        return line?[Peak.Length..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [{ } kilobytes, ..]
            && long.TryParse(kilobytes, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number * 1024
            : null;
    }
}
