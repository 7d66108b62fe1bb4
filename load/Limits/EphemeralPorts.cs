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

    /// <param name="sources">Source addresses; 0 = the system's choice, which is one.</param>
    /// <param name="destinations">Server addresses: towards each of them a source address can use all its ports again.</param>
    /// <param name="portsPerSource">Null = not known.</param>
    /// <exception cref="CannotRunException">So many connections do not fit.</exception>
    public static void Require(int connections, int sources, int destinations, int? portsPerSource)
    {
        if (portsPerSource is not { } ports)
        {
            return;
        }

        int used = Math.Max(1, sources);
        long each = (long)ports * destinations;
        if (connections > used * each)
        {
            long neededSources = (connections + each - 1) / each;
            throw new CannotRunException(
                $"{connections} connections need as many ports, but {used} source address(es) have {ports} each (net.ipv4.ip_local_port_range) towards each of {destinations} server(s); use --sources {neededSources} or more");
        }
    }
}
