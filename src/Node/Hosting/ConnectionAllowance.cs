using System.Globalization;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Node.Hosting;

/// <summary>How many connections each listener may hold: the configured limit, or what the process' open-file limit leaves room for.</summary>
/// <remarks>
/// Descriptors are never allowed to run out: the runtime itself needs some at any moment and ends the process without one ("Out of memory"), as was seen with
/// a limit of 200. So a connection too many is told goaway while there is still a descriptor to tell it with.
/// </remarks>
/// <param name="Clients">Client connections.</param>
/// <param name="Http">HTTP connections.</param>
/// <param name="LimitText">Names the limit that decides, for goaways and logs.</param>
/// <param name="Refused">Connections beyond the limit that are being told so.</param>
internal sealed record ConnectionAllowance(int Clients, int Http, string LimitText, int Refused = RefusedConnections.Maximum)
{
    // For files, timers, new listeners and whatever the runtime opens.
    private const int SpareDescriptors = 128;

    // Of what is left, one in so many is for connections that are being refused.
    private const int RefusedShare = 32;
    private const int LeastRefused = 16;

    private const int LeastHttp = 16;
    private const int MostHttp = 10_000;

    // HTTP connections are few and short beside the clients'.
    private const int HttpShare = 16;

    /// <summary>The allowance of this process, now.</summary>
    /// <exception cref="ConfigurationError">The open-file limit leaves no room at all.</exception>
    public static ConnectionAllowance Read(LimitOptions limits) => OperatingSystem.IsLinux()
        ? Of(limits, ReadSoftLimit(), Directory.GetFileSystemEntries("/proc/self/fd").Length)
        : Of(limits, long.MaxValue, openFiles: 0);

    /// <summary>The allowance for a given open-file limit and number of files open already.</summary>
    /// <exception cref="ConfigurationError">The limit leaves no room.</exception>
    public static ConnectionAllowance Of(LimitOptions limits, long openFileLimit, int openFiles)
    {
        long free = openFileLimit - openFiles - SpareDescriptors;
        long http = Math.Clamp(free / HttpShare, LeastHttp, MostHttp);
        long refused = Math.Clamp(free / RefusedShare, LeastRefused, RefusedConnections.Maximum);
        long clients = free - http - refused;
        if (clients < 1)
        {
            throw new ConfigurationError(
                $"the open-file limit of {openFileLimit} leaves no room for connections; at least {openFiles + SpareDescriptors + LeastHttp + LeastRefused + 1} are needed (ulimit -n, LimitNOFILE)");
        }

        return clients < limits.Connections
            ? new ConnectionAllowance((int)clients, (int)http, $"the node's open-file limit of {openFileLimit} allows {clients} client connections", (int)refused)
            : new ConnectionAllowance(limits.Connections, (int)http, $"{LimitOptions.ConnectionsKey} is {limits.Connections}", (int)refused);
    }

    private static long ReadSoftLimit()
    {
        const string Label = "Max open files";
        string? line = File.ReadLines("/proc/self/limits").FirstOrDefault(static line => line.StartsWith(Label, StringComparison.Ordinal));
        string? soft = line?[Label.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return long.TryParse(soft, CultureInfo.InvariantCulture, out long limit) ? limit : long.MaxValue;
    }
}
