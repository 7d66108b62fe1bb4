using System.Globalization;

namespace FastRegistry.ProcessTests;

/// <summary>What the kernel holds for a connection of this machine, from <c>/proc/net/tcp</c>.</summary>
internal static class KernelQueue
{
    /// <summary>Bytes that the end with <paramref name="localPort"/> has written and the other end has not acknowledged; null when there is no such connection.</summary>
    public static long? UnacknowledgedBytes(int localPort, int remotePort)
    {
        foreach (string line in File.ReadLines("/proc/net/tcp").Skip(1))
        {
            // sl local_address rem_address st tx_queue:rx_queue ..., all hexadecimal
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (Port(words[1]) == localPort && Port(words[2]) == remotePort)
            {
                return long.Parse(words[4].AsSpan(0, words[4].IndexOf(':')), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
        }

        return null;
    }

    private static int Port(string address) => int.Parse(address.AsSpan(address.IndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
