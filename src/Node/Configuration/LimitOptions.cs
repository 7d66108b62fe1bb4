using FastRegistry.Node.Limits;
using FastRegistry.Node.WatchedFiles;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Node.Configuration;

/// <summary>How much the node takes before it refuses. Section <c>Limits</c>.</summary>
internal sealed record LimitOptions
{
    public const string RedirectAddressesKey = "Limits:RedirectAddresses";
    public const string ConnectionsKey = "Limits:Connections";
    public const string OverridesKey = "Limits:Overrides";
    public const string SubscriptionsPerClientKey = "Limits:SubscriptionsPerClient";
    public const string RequestsInWorkPerClientKey = "Limits:RequestsInWorkPerClient";

    /// <summary>Client connections. Default 200,000; the process' open-file limit is usually the lower bound. Beyond it a client is told goaway.</summary>
    public int Connections { get; init; } = 200_000;

    /// <summary>Services, those that only have subscribers included. Default 1,000,000. Beyond it a new name is refused.</summary>
    public int Services { get; init; } = 1_000_000;

    /// <summary>Listed instances of one service. Default 100,000: a list must fit the largest stream with room to spare.</summary>
    public int InstancesPerService { get; init; } = 100_000;

    /// <summary>Instances one client may publish. Default 100,000.</summary>
    public int PublicationsPerClient { get; init; } = 100_000;

    /// <summary>Operators' overrides of instances, on the whole node. Default 100,000; beyond it a new one is refused.</summary>
    public int Overrides { get; init; } = 100_000;

    /// <summary>Subscriptions of one client. Default 10,000.</summary>
    public int SubscriptionsPerClient { get; init; } = 10_000;

    /// <summary>Requests of one client that may be outstanding: clients are told at set-up and keep to it. Default 1,024. Of those that wait for a worker or for room
    /// in the output, more are refused.</summary>
    public int RequestsInWorkPerClient { get; init; } = 1_024;

    /// <summary>Requests of all clients waiting for a worker. Default 4,096; beyond it they are refused as overloaded.</summary>
    public int QueuedRequests { get; init; } = 4096;

    /// <summary>JSON file with limits of connections that may change while the node runs. Default empty: none. A relative path counts from the program's
    /// working directory.</summary>
    public string RulesFile { get; init; } = "";

    /// <summary>Where clients beyond a limit of connections are sent: <c>host:port</c>, several with commas. Default empty: they try what they know.</summary>
    public string RedirectAddresses { get; init; } = "";

    /// <summary>Throws when a value breaks its rule.</summary>
    /// <exception cref="ConfigurationError">A value is wrong.</exception>
    public void Check()
    {
        ConfigurationError.ThrowIfOutOfRange(ConnectionsKey, Connections, 1, 10_000_000);
        ConfigurationError.ThrowIfOutOfRange("Limits:Services", Services, 1, 100_000_000);
        ConfigurationError.ThrowIfOutOfRange("Limits:InstancesPerService", InstancesPerService, 1, 200_000);
        ConfigurationError.ThrowIfOutOfRange("Limits:PublicationsPerClient", PublicationsPerClient, 1, 10_000_000);
        ConfigurationError.ThrowIfOutOfRange(OverridesKey, Overrides, 0, 10_000_000);
        ConfigurationError.ThrowIfOutOfRange(SubscriptionsPerClientKey, SubscriptionsPerClient, 1, 1_000_000);
        ConfigurationError.ThrowIfOutOfRange(RequestsInWorkPerClientKey, RequestsInWorkPerClient, 1, 65_536);
        ConfigurationError.ThrowIfOutOfRange("Limits:QueuedRequests", QueuedRequests, 1, 1_000_000);
        WatchedFile.CheckPath(ConnectionRules.FileKey, RulesFile);
        IReadOnlyList<string> addresses = RedirectAddress.Split(RedirectAddresses);
        if (addresses.Count > RedirectAddress.MaximumAddresses)
        {
            throw new ConfigurationError(RedirectAddressesKey, $"must not be more than {RedirectAddress.MaximumAddresses} addresses");
        }

        if (addresses.Select(RedirectAddress.Broken).FirstOrDefault(static rule => rule is not null) is { } broken)
        {
            throw new ConfigurationError(RedirectAddressesKey, broken);
        }
    }
}
