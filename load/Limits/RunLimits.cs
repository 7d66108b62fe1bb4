using System.Globalization;
using FastRegistry.Load.Commands;

namespace FastRegistry.Load.Limits;

/// <summary>Refuses a run that the machine cannot carry before anything is started. Pure: the machine's values are given.</summary>
internal static class RunLimits
{
    /// <summary>The largest obstacle first, so that nobody raises one limit only to meet a harder one.</summary>
    /// <exception cref="CannotRunException">It does not fit; the message is one line with the limit and what would be needed.</exception>
    public static void Require(RunNeeds needs, MachineLimits machine)
    {
        RequireMemory(needs, machine.AvailableMemoryBytes);
        RequireSystemFiles(needs, machine.FreeSystemFiles);
        RequireProcesses(needs);
        OpenFileLimit.Require((needs.Connections + needs.Generators - 1) / needs.Generators, machine.OpenFiles);
        EphemeralPorts.Require(needs.Connections, needs.Sources, needs.Servers, machine.PortsPerSource);
    }

    /// <summary>Refuses more connections than a server that is not the tool's own takes.</summary>
    /// <param name="server">Its address.</param>
    /// <param name="connections">Its part of the run's connections.</param>
    /// <param name="open">Connections it has already.</param>
    /// <param name="limit">Its metric fastregistry_connections_limit; null = it does not tell.</param>
    /// <exception cref="CannotRunException">They do not fit.</exception>
    public static void RequireServerTakes(string server, int connections, int open, int? limit)
    {
        if (limit is { } most && connections > most - open)
        {
            string already = open > 0 ? $" and has {open}" : "";
            throw new CannotRunException(
                $"the server at {server} takes {most} connections (fastregistry_connections_limit){already}; {connections} were asked for; raise its limit, give more servers, or ask for at most {Math.Max(0, most - open)} for each");
        }
    }

    private static void RequireMemory(RunNeeds needs, long? available)
    {
        MemoryPerConnection each = MemoryPerConnection.Of(needs.Target);
        long kernel = needs.ServersOnThisMachine ? 2 * each.KernelEndBytes : each.KernelEndBytes;
        long server = needs.ServersOnThisMachine ? each.ServerBytes : 0;
        long perConnection = kernel + server + each.OwnBytes;
        long processes = (needs.Generators * MemoryPerConnection.GeneratorProcessBytes)
            + (needs.OwnServers ? needs.Servers * MemoryPerConnection.ServerProcessBytes : 0);
        long needed = (needs.Connections * perConnection) + processes;
        if (needed > available)
        {
            throw new CannotRunException(string.Create(
                CultureInfo.InvariantCulture,
                $"{needs.Connections} connections need about {needed} bytes of memory ({Gibibytes(needed)}; {perConnection} each: kernel {kernel}, server {server}, load tool {each.OwnBytes}), but {available} are available ({Gibibytes(available.Value)}, MemAvailable); ask for at most {Math.Max(0, (available.Value - processes) / perConnection)}"));
        }
    }

    private static void RequireSystemFiles(RunNeeds needs, long? free)
    {
        long ends = needs.ServersOnThisMachine ? 2 : 1;
        long processes = needs.Generators + (needs.OwnServers ? needs.Servers : 0);
        long needed = (needs.Connections * ends) + (processes * OpenFileLimit.ReservedFiles);
        if (needed > free)
        {
            throw new CannotRunException(
                $"{needs.Connections} connections need {needed} open files in the whole system, but it has room for {free} more (fs.file-max); raise it by {needed - free}");
        }
    }

    private static void RequireProcesses(RunNeeds needs)
    {
        int servers = needs.OwnServers ? needs.Servers : 0;
        if (needs.Generators + servers > ProcessBound.Total)
        {
            throw new CannotRunException(
                $"the run needs {needs.Generators} generator processes and {servers} servers, but starts at most {ProcessBound.Total} processes; ask for fewer connections, or raise the open-file limit (ulimit -n) so that each process takes more");
        }
    }

    private static string Gibibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.0} GiB");
}
