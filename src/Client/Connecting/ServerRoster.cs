using System.Collections.Immutable;
using FastRegistry.Client.Configuration;

namespace FastRegistry.Client.Connecting;

/// <summary>Which server to try next. Owned by the connection loop, which alone uses it; lives as long as its client.</summary>
/// <remarks>
/// Order of a round: where a goaway pointed to (once), the server that was good last, the configured ones round robin from a random start, then those
/// the last server named. The server that has just sent the client away comes last.
/// </remarks>
internal sealed class ServerRoster
{
    private readonly ImmutableArray<ServerAddress> _configured;
    private ImmutableArray<ServerAddress> _preferred = [];
    private ImmutableArray<ServerAddress> _named = [];
    private ServerAddress? _lastGood;
    private int _next;

    public ServerRoster(ImmutableArray<ServerAddress> configured, Random random)
    {
        _configured = configured;
        _next = random.Next(configured.Length);
    }

    /// <summary>Reads addresses from a server. What comes over the wire is bounded, and a text that is no address is left out.</summary>
    public static ImmutableArray<ServerAddress> Parse(IEnumerable<string> texts) =>
        [.. texts.Take(NamingClientOptions.MaximumServers)
            .Select(static text => ServerAddress.TryParse(text, out ServerAddress address) ? address : default)
            .Where(static address => address != default)];

    /// <summary>Everybody once, in the order to try; takes the preference up.</summary>
    public ImmutableArray<ServerAddress> PlanRound(ServerAddress? leaving)
    {
        List<ServerAddress> candidates = [.. _preferred];
        _preferred = [];
        if (_lastGood is { } good)
        {
            candidates.Add(good);
        }

        for (int offset = 0; offset < _configured.Length; offset++)
        {
            candidates.Add(_configured[(_next + offset) % _configured.Length]);
        }

        _next = (_next + 1) % _configured.Length;
        candidates.AddRange(_named);
        IEnumerable<ServerAddress> distinct = candidates.Distinct();
        return leaving is { } last
            ? [.. distinct.Where(address => address != last), .. distinct.Where(address => address == last)]
            : [.. distinct];
    }

    /// <summary>A server answered the set-up.</summary>
    public void Connected(ServerAddress address) => _lastGood = address;

    /// <summary>A server has named the servers of its cluster.</summary>
    public void Learn(ImmutableArray<ServerAddress> named) => _named = named;

    /// <summary>Where to go first in the next round.</summary>
    public void Prefer(IEnumerable<string> addresses) => _preferred = Parse(addresses);
}

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
