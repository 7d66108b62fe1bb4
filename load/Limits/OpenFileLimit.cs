using System.Globalization;
using FastRegistry.Load.Commands;

namespace FastRegistry.Load.Limits;

/// <summary>How many files and sockets a process may have open.</summary>
internal static class OpenFileLimit
{
    /// <summary>Runtime libraries, console, epoll, the HTTP connection, and some room.</summary>
    public const int ReservedFiles = 128;

    /// <summary>The limit that holds now; the runtime raises the soft one to the hard one at start. Null where the system does not tell.</summary>
    public static long? Read()
    {
        const string Limits = "/proc/self/limits";
        const string Name = "Max open files";
        if (!File.Exists(Limits))
        {
            return null;
        }

        foreach (string line in File.ReadLines(Limits))
        {
            if (line.StartsWith(Name, StringComparison.Ordinal))
            {
                string soft = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
                return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? limit : long.MaxValue;
            }
        }

        return null;
    }

    /// <summary>Processes that so many connections need, each with this limit; at least one.</summary>
    public static long ProcessesFor(int connections, long limit)
    {
        long each = Math.Max(1, limit - ReservedFiles);
        return Math.Max(1, (connections + each - 1) / each);
    }

    /// <exception cref="CannotRunException">So many connections do not fit into one process.</exception>
    public static void Require(int connections, long? limit)
    {
        long needed = (long)connections + ReservedFiles;
        if (needed > limit)
        {
            throw new CannotRunException(
                $"{connections} connections need {needed} open files in this process (and as many in the server), but the open-file limit (RLIMIT_NOFILE, ulimit -n) is {limit}; raise it, or ask for at most {limit - ReservedFiles} per process");
        }
    }
}
