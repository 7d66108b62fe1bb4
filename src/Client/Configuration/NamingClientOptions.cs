using System.Collections.Immutable;
using FastRegistry.Client.Configuration;

namespace FastRegistry.Client;

/// <summary>Settings of a <see cref="NamingClient"/>. Checked when the client is made; a wrong value is refused by name.</summary>
public sealed record NamingClientOptions
{
    internal const int MaximumServers = 64;

    // As many entries as callers could reasonably wait; each is 56 bytes once used.
    internal int MaximumDeadlines { get; init; } = 1 << 17;

    /// <summary>Where the servers are: <c>host[:port]</c>, <c>[::1]:7848</c>. Default <c>localhost</c>; port 7848 when none is given; at most 64. One that
    /// cannot be reached costs the time of one attempt on every reconnect.</summary>
    public ImmutableArray<string> Servers { get; init; } = ["localhost"];

    /// <summary>What operators see. Default: the name of the process' entry assembly.</summary>
    public string ClientName { get; init; } = System.Reflection.Assembly.GetEntryAssembly()?.GetName().Name ?? "client";

    /// <summary>Namespace of services that name none. Default <c>public</c>. Clients of different namespaces do not see each other.</summary>
    public string Namespace { get; init; } = "public";

    /// <summary>What the servers' rules may look at, such as <c>app</c> and <c>source</c>. Default none.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>How long an operation may take, the wait for a connection included. Default 3 s. Too short fails calls during an ordinary reconnect.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long reaching one server and setting up with it may take. Default 3 s; less in the first round when there are several servers, so
    /// that all of them have been tried within 2 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Silence after which the client asks whether the server is there. Default 5 s. Shorter notices a dead server sooner and costs traffic.</summary>
    public TimeSpan PingAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the answer to that may take before the connection counts as lost. Default 3 s. Too short drops good connections on a busy machine.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The first attempt after a lost connection waits for anything up to this, so that the clients of a server that restarts do not come back
    /// together. Default 2 s. Shorter brings a single client back sooner and a whole fleet later.</summary>
    public TimeSpan ReconnectSpread { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>First bound of the waits between rounds over the servers. Default 100 ms. Doubled up to <see cref="ReconnectMaximum"/>; each wait is anything up
    /// to the bound.</summary>
    public TimeSpan ReconnectMinimum { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait between rounds. Default 5 s. A longer one makes everybody's recovery slower.</summary>
    public TimeSpan ReconnectMaximum { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests that may be under way. Default 4,096; more fail as <see cref="RegistryErrorCode.LimitExceeded"/>. Those that the server does not take at
    /// the same time wait in the client, within their time.</summary>
    public int MaximumOutstandingRequests { get; init; } = 4096;

    /// <summary>Services that may be subscribed to. Default 10,000; each keeps its list in memory.</summary>
    public int MaximumSubscribedServices { get; init; } = 10_000;

    /// <summary>Callbacks and streams that may be open. Default 100,000; each has a task.</summary>
    public int MaximumSubscribers { get; init; } = 100_000;

    /// <summary>Services that may have registrations of this client. Default 10,000; all are sent again after a reconnect.</summary>
    public int MaximumRegisteredServices { get; init; } = 10_000;

    /// <exception cref="ArgumentException">An option is wrong; the parameter name is the option's.</exception>
    internal ImmutableArray<ServerAddress> Validate()
    {
        if (Servers.IsDefaultOrEmpty || Servers.Length > MaximumServers)
        {
            throw new ArgumentException($"{nameof(Servers)}: between 1 and {MaximumServers} servers are needed.", nameof(Servers));
        }

        if (string.IsNullOrWhiteSpace(Namespace))
        {
            throw new ArgumentException($"{nameof(Namespace)} must not be empty; the default is public.", nameof(Namespace));
        }

        if (ClientName is null || Labels is null)
        {
            throw new ArgumentException($"{nameof(ClientName)} and {nameof(Labels)} must not be null.", ClientName is null ? nameof(ClientName) : nameof(Labels));
        }

        CheckTime(RequestTimeout, nameof(RequestTimeout));
        CheckTime(ConnectTimeout, nameof(ConnectTimeout));
        CheckTime(PingAfter, nameof(PingAfter));
        CheckTime(PingTimeout, nameof(PingTimeout));
        CheckTime(ReconnectSpread, nameof(ReconnectSpread));
        CheckTime(ReconnectMinimum, nameof(ReconnectMinimum));
        CheckTime(ReconnectMaximum, nameof(ReconnectMaximum));
        if (ReconnectMaximum < ReconnectMinimum)
        {
            throw new ArgumentException($"{nameof(ReconnectMaximum)} is shorter than {nameof(ReconnectMinimum)}.", nameof(ReconnectMaximum));
        }

        CheckPositive(MaximumOutstandingRequests, nameof(MaximumOutstandingRequests));
        CheckPositive(MaximumSubscribedServices, nameof(MaximumSubscribedServices));
        CheckPositive(MaximumSubscribers, nameof(MaximumSubscribers));
        CheckPositive(MaximumRegisteredServices, nameof(MaximumRegisteredServices));
        return ParseServers();
    }

    private ImmutableArray<ServerAddress> ParseServers()
    {
        ImmutableArray<ServerAddress>.Builder addresses = ImmutableArray.CreateBuilder<ServerAddress>(Servers.Length);
        foreach (string server in Servers)
        {
            addresses.Add(ServerAddress.TryParse(server, out ServerAddress address)
                ? address
                : throw new ArgumentException($"{nameof(Servers)}: '{server}' is not host[:port].", nameof(Servers)));
        }

        return addresses.MoveToImmutable();
    }

    private static void CheckTime(TimeSpan value, string option)
    {
        if (value < TimeSpan.FromMilliseconds(1) || value > TimeSpan.FromDays(1))
        {
            throw new ArgumentException($"{option} is {value}; it must be between 1 ms and 1 day.", option);
        }
    }

    private static void CheckPositive(int value, string option)
    {
        if (value < 1)
        {
            throw new ArgumentException($"{option} is {value}; it must be at least 1.", option);
        }
    }
}
