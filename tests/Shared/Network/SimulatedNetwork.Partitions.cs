namespace FastRegistry.Tests;

/// <content>Which hosts can reach each other.</content>
internal sealed partial class SimulatedNetwork
{
    // Both orders of each pair.
    private readonly HashSet<(string, string)> _partitioned = [];

    /// <summary>Hosts of one set and hosts of the other cannot reach each other any more; their connections stall. Adds to partitions that are there.</summary>
    public void Partition(IEnumerable<string> one, IEnumerable<string> other)
    {
        lock (NetworkLock)
        {
            string[] others = [.. other];
            foreach (string host in one)
            {
                foreach (string away in others)
                {
                    _partitioned.Add((host, away));
                    _partitioned.Add((away, host));
                }
            }

            ApplyPartitionsLocked();
        }
    }

    /// <summary>All hosts can reach each other again: connections go on where they stood.</summary>
    public void Heal()
    {
        lock (NetworkLock)
        {
            _partitioned.Clear();
            ApplyPartitionsLocked();
        }
    }

    /// <summary>Hosts of one set and hosts of the other can reach each other again.</summary>
    public void Heal(IEnumerable<string> one, IEnumerable<string> other)
    {
        lock (NetworkLock)
        {
            string[] others = [.. other];
            foreach (string host in one)
            {
                foreach (string away in others)
                {
                    _partitioned.Remove((host, away));
                    _partitioned.Remove((away, host));
                }
            }

            ApplyPartitionsLocked();
        }
    }

    private bool CanReachLocked(string from, string to) => !_partitioned.Contains((from, to));

    private void ApplyPartitionsLocked()
    {
        foreach (SimulatedConnection connection in _connections)
        {
            connection.PartitionLocked(!CanReachLocked(connection.FromHost, connection.ToHost));
        }
    }
}
