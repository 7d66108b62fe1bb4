using System.Globalization;

namespace FastRegistry.Node.Observability;

/// <summary>How busy machine and process are, for the load figures of operators. One per node; any thread.</summary>
internal sealed class MachineLoad(TimeProvider timeProvider)
{
    private readonly Lock _readingLock = new();
    private long _readAt = timeProvider.GetTimestamp();
    private TimeSpan _processorTime = Environment.CpuUsage.TotalTime;
    private double _share;

    /// <summary>Processes that run or wait to, averaged over a minute; 0 where the system does not tell.</summary>
    public static double ReadAverage()
    {
        const string Averages = "/proc/loadavg";
        return OperatingSystem.IsLinux() && File.Exists(Averages)
            && double.TryParse(File.ReadAllText(Averages).Split(' ')[0], CultureInfo.InvariantCulture, out double average)
                ? average
                : 0;
    }

    /// <summary>The part of all processors this process has used since the last call, 0 … 1.</summary>
    public double ReadProcessorShare()
    {
        lock (_readingLock)
        {
            TimeSpan elapsed = timeProvider.GetElapsedTime(_readAt);
            if (elapsed > TimeSpan.FromMilliseconds(100))
            {
                TimeSpan used = Environment.CpuUsage.TotalTime;
                _share = Math.Clamp((used - _processorTime) / elapsed / Environment.ProcessorCount, 0, 1);
                _processorTime = used;
                _readAt = timeProvider.GetTimestamp();
            }

            return _share;
        }
    }
}
