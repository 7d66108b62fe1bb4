using FastRegistry.Load.Commands;

namespace FastRegistry.Load.Limits;

/// <summary>How many servers of its own a run needs.</summary>
internal static class ServerCount
{
    /// <param name="connectionsLimit">What one server takes (its metric fastregistry_connections_limit); null = it does not tell.</param>
    /// <param name="openFiles">Limit per process, which then stands for it; null = not known.</param>
    /// <exception cref="CannotRunException">More than a run may start.</exception>
    public static int For(int connections, int? connectionsLimit, long? openFiles)
    {
        long each = Math.Max(1, connectionsLimit ?? (openFiles ?? int.MaxValue) - OpenFileLimit.ReservedFiles);
        long needed = Math.Max(1, (connections + each - 1) / each);
        return needed <= ProcessBound.Total
            ? (int)needed
            : throw new CannotRunException(
                $"{connections} connections need {needed} servers that take {each} each (fastregistry_connections_limit), but a run starts at most {ProcessBound.Total} processes; ask for at most {each * ProcessBound.Total}");
    }
}
