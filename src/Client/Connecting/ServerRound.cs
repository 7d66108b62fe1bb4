using System.Collections.Immutable;

namespace FastRegistry.Client.Connecting;

/// <summary>One round over the servers, each at most once. A server that sends the client away before its set-up may name others: they come next.</summary>
/// <remarks>Used by the connection loop alone, for one round. Bounded: servers that send a client round in circles end with the round.</remarks>
internal sealed class ServerRound(ImmutableArray<ServerAddress> planned)
{
    private readonly LinkedList<ServerAddress> _left = new(planned);
    private readonly HashSet<ServerAddress> _tried = [];

    public bool TryNext(out ServerAddress address)
    {
        while (_left.First is { } first)
        {
            _left.RemoveFirst();
            address = first.Value;
            if (_tried.Add(address))
            {
                return true;
            }
        }

        address = default;
        return false;
    }

    /// <summary>Has these tried before the rest, in their order.</summary>
    public void TryFirst(ImmutableArray<ServerAddress> addresses)
    {
        if (_tried.Count >= NamingClientOptions.MaximumServers)
        {
            return;
        }

        foreach (ServerAddress address in addresses.Reverse())
        {
            _left.AddFirst(address);
        }
    }
}
