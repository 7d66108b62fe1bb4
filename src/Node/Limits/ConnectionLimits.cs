using System.Net;
using System.Runtime.InteropServices;

namespace FastRegistry.Node.Limits;

/// <summary>The rules in force, and the connections they count: per socket address and per application.</summary>
/// <remarks>
/// One per node. Any thread; a short lock per table, on coming and going only. The address is the socket's, never one a client asserts. Both tables are
/// bounded by the connections: an entry goes with its last one.
/// </remarks>
/// <param name="redirectAddresses">Where clients beyond a limit are sent; may be empty.</param>
internal sealed class ConnectionLimits(IReadOnlyList<string> redirectAddresses)
{
    private readonly Lock _addressLock = new();
    private readonly Dictionary<UInt128, AddressConnections> _addresses = [];
    private readonly Lock _applicationLock = new();
    private readonly Dictionary<string, int> _applications = new(StringComparer.Ordinal);
    private ConnectionRules _rules = ConnectionRules.None;

    public ConnectionRules Rules => Volatile.Read(ref _rules);

    public IReadOnlyList<string> RedirectAddresses { get; } = redirectAddresses;

    /// <summary>Addresses that have connections.</summary>
    public int Addresses
    {
        get
        {
            lock (_addressLock)
            {
                return _addresses.Count;
            }
        }
    }

    /// <summary>Applications that have connections.</summary>
    public int Applications
    {
        get
        {
            lock (_applicationLock)
            {
                return _applications.Count;
            }
        }
    }

    public void Replace(ConnectionRules rules) => Volatile.Write(ref _rules, rules);

    /// <summary>Counts a connection, unless its address has as many as it may.</summary>
    /// <param name="address">The socket's; null (in-process pipes) is not counted.</param>
    /// <param name="connections">To be given to <see cref="Leave"/>; null when there is no address.</param>
    /// <param name="broken">The limit that is reached.</param>
    public bool TryEnter(IPAddress? address, out AddressConnections? connections, out LimitRule broken)
    {
        connections = null;
        broken = LimitRule.None;
        if (address is null)
        {
            return true;
        }

        UInt128 number = AddressNumber.Of(address);
        LimitRule rule = Rules.ForAddress(number);
        lock (_addressLock)
        {
            ref AddressConnections? entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_addresses, number, out _);
            if (!rule.Allows(entry?.Count ?? 0))
            {
                if (entry is null)
                {
                    _addresses.Remove(number);
                }

                broken = rule;
                return false;
            }

            entry ??= new AddressConnections(number);
            entry.Count++;
            connections = entry;
            return true;
        }
    }

    public void Leave(AddressConnections? connections)
    {
        if (connections is null)
        {
            return;
        }

        lock (_addressLock)
        {
            if (--connections.Count == 0)
            {
                _addresses.Remove(connections.Address);
            }
        }
    }

    /// <summary>Counts a connection of an application, unless it has as many as it may.</summary>
    /// <param name="application">Its name; empty is not counted.</param>
    /// <param name="returning">The client takes over from a connection that is counted and about to end.</param>
    /// <param name="broken">The limit that is reached.</param>
    public bool TryEnterApplication(string application, bool returning, out LimitRule broken)
    {
        broken = LimitRule.None;
        if (application.Length == 0)
        {
            return true;
        }

        LimitRule rule = Rules.ForApplication(application);
        lock (_applicationLock)
        {
            int connections = _applications.GetValueOrDefault(application);
            if (!returning && !rule.Allows(connections))
            {
                broken = rule;
                return false;
            }

            _applications[application] = connections + 1;
            return true;
        }
    }

    public void LeaveApplication(string application)
    {
        if (application.Length == 0)
        {
            return;
        }

        lock (_applicationLock)
        {
            int left = _applications[application] - 1;
            if (left == 0)
            {
                _applications.Remove(application);
            }
            else
            {
                _applications[application] = left;
            }
        }
    }
}

/// <summary>How many connections one socket address has. Guarded by <see cref="ConnectionLimits"/>; there while it has some.</summary>
internal sealed class AddressConnections(UInt128 address)
{
    public UInt128 Address { get; } = address;

    public int Count { get; set; }
}

/// <summary>Which kind of limit refused a connection.</summary>
internal enum LimitKind
{
    /// <summary>Connections of the node: the setting, the open-file limit or the rule.</summary>
    Node,

    /// <summary>Connections of one socket address.</summary>
    Address,

    /// <summary>Connections of one application, by the set-up's label <c>app</c>.</summary>
    Application,
}
