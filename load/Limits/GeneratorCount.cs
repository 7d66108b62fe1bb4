using FastRegistry.Load.Commands;

namespace FastRegistry.Load.Limits;

/// <summary>How many generator processes connections need, because each process may have only so many files open.</summary>
internal static class GeneratorCount
{
    /// <param name="openFiles">Limit per process; null = not known.</param>
    /// <exception cref="CannotRunException">More than a run may start.</exception>
    public static int For(int connections, long? openFiles)
    {
        long needed = openFiles is { } limit ? OpenFileLimit.ProcessesFor(connections, limit) : 1;
        return needed <= ProcessBound.Total
            ? (int)needed
            : throw new CannotRunException(
                $"{connections} connections need {needed} generator processes, because the open-file limit (RLIMIT_NOFILE, ulimit -n) is {openFiles}, but a run starts at most {ProcessBound.Total}; raise the limit to {(connections / ProcessBound.Total) + 1 + OpenFileLimit.ReservedFiles} or more");
    }
}
