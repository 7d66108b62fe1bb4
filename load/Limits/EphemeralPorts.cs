using System.Globalization;
using FastRegistry.Load.Commands;

namespace FastRegistry.Load.Limits;

/// <summary>Ports the system gives to outgoing connections; each source address can use each of them once towards one server.</summary>
internal static class EphemeralPorts
{
    /// <summary>How many there are; null where the system does not tell.</summary>
    public static int? Read()
    {
        const string Range = "/proc/sys/net/ipv4/ip_local_port_range";
        if (!File.Exists(Range))
        {
            return null;
        }

        string[] bounds = File.ReadAllText(Range).Split(['\t', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return int.Parse(bounds[1], CultureInfo.InvariantCulture) - int.Parse(bounds[0], CultureInfo.InvariantCulture) + 1;
    }

    /// <exception cref="CannotRunException">So many connections do not fit.</exception>
    public static void Require(int connections, int sources, int? portsPerSource)
    {
        if (portsPerSource is { } ports && connections > (long)sources * ports)
        {
            int neededSources = (connections + ports - 1) / ports;
            throw new CannotRunException(
                $"{connections} connections need as many ports, but {sources} source address(es) have {ports} each (net.ipv4.ip_local_port_range); use --sources {neededSources} or more");
        }
    }
}
