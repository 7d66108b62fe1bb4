using System.Runtime.InteropServices;
using FastRegistry.Load.Limits;

namespace FastRegistry.Load.Reports;

/// <summary>Where it ran.</summary>
internal sealed record Machine(int Processors, string System, string Runtime, long? OpenFileLimit, int? PortsPerSource)
{
    public static Machine Read() => new(
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        Limits.OpenFileLimit.Read(),
        EphemeralPorts.Read());
}
