using System.Collections.Immutable;

namespace FastRegistry.Client;

/// <summary>Registers instances, finds those of others, and hears of every change. All members may be called from any thread.</summary>
/// <remarks>
/// Operations that need the server wait for a connection and an answer together up to <see cref="NamingClientOptions.RequestTimeout"/>, then throw a
/// <see cref="RegistryException"/>; after disposal they throw <see cref="ObjectDisposedException"/>.
/// </remarks>
public interface INamingClient : IAsyncDisposable
{
    /// <summary>State of the connection.</summary>
    ConnectionState State { get; }

    /// <summary>Raised after <see cref="State"/> changed, in order, on a task of its own; a handler that is slow or throws delays nobody else.</summary>
    event EventHandler<ConnectionStateChangedEventArgs>? StateChanged;

    /// <summary>Registers an instance and keeps it registered over reconnects and server restarts until it is deregistered or the client disposed.</summary>
    /// <remarks>
    /// When it throws, the instance is <em>not</em> kept: the client does not go on trying behind the caller's back, and takes back what an
    /// unanswered request may have left on the server. An earlier registration of the same cluster, ip and port stays as it was.
    /// </remarks>
    /// <param name="service">The service.</param>
    /// <param name="instance">The instance; the same cluster, ip and port again updates it.</param>
    /// <param name="cancellationToken">Gives the attempt up.</param>
    ValueTask RegisterAsync(ServiceKey service, Instance instance, CancellationToken cancellationToken = default);

    /// <summary>Registers several instances, all or none, as one change. Otherwise like the single form.</summary>
    /// <param name="service">The service.</param>
    /// <param name="instances">At least one, no two with the same cluster, ip and port.</param>
    /// <param name="cancellationToken">Gives the attempt up.</param>
    ValueTask RegisterAsync(ServiceKey service, IReadOnlyList<Instance> instances, CancellationToken cancellationToken = default);

    /// <summary>Removes an instance this client registered. Removing what is not there is no error.</summary>
    /// <remarks>
    /// From the moment of the call the instance is no longer wanted, whatever the outcome: without a connection the call returns at once and the next
    /// connection makes it so, and after an exception the client goes on removing it.
    /// </remarks>
    /// <param name="service">The service.</param>
    /// <param name="instance">The instance; only cluster, ip and port count.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask DeregisterAsync(ServiceKey service, Instance instance, CancellationToken cancellationToken = default);

    /// <summary>Removes several instances as one change. Otherwise like the single form.</summary>
    /// <param name="service">The service.</param>
    /// <param name="instances">The instances; only cluster, ip and port count.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask DeregisterAsync(ServiceKey service, IReadOnlyList<Instance> instances, CancellationToken cancellationToken = default);

    /// <summary>The instances of a service.</summary>
    /// <param name="service">The service.</param>
    /// <param name="query">Which of them, and whether from memory; null = all, from memory.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<IReadOnlyList<Instance>> GetInstancesAsync(ServiceKey service, InstanceQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>One healthy, enabled instance, chosen at random in proportion to the weights; null when there is none.</summary>
    /// <param name="service">The service.</param>
    /// <param name="query">From which clusters, and whether from memory; its <see cref="InstanceQuery.Healthy"/> is not used.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<Instance?> SelectOneAsync(ServiceKey service, InstanceQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>Calls back with the list as it is and then with every change, until the subscription is disposed.</summary>
    /// <remarks>
    /// The calls of one subscription come one after the other on a task of its own. What happens while a callback runs is merged into one change. An
    /// exception of the callback is logged. Subscriptions of one service share one subscription at the server.
    /// </remarks>
    /// <param name="service">The service.</param>
    /// <param name="onChange">Told the changes; its token is cancelled when the subscription ends.</param>
    /// <param name="selector">Which instances it sees; null = all.</param>
    /// <param name="cancellationToken">Stops waiting for the first list; has no effect afterwards.</param>
    ValueTask<ISubscription> SubscribeAsync(
        ServiceKey service,
        Func<ServiceChange, CancellationToken, ValueTask> onChange,
        InstanceSelector? selector = null,
        CancellationToken cancellationToken = default);

    /// <summary>The list as it is and then every change, merged while the reader is busy. Waits for the first list as long as it takes.</summary>
    /// <param name="service">The service.</param>
    /// <param name="selector">Which instances it sees; null = all.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<ServiceChange> WatchAsync(ServiceKey service, InstanceSelector? selector = null, CancellationToken cancellationToken = default);

    /// <summary>Names of the services of a group that have an instance.</summary>
    /// <param name="namespace">The namespace; null = the client's.</param>
    /// <param name="group">The group.</param>
    /// <param name="page">Which page.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<ServiceList> ListServicesAsync(
        string? @namespace = null, string group = ServiceKey.DefaultGroup, ServicePage page = default, CancellationToken cancellationToken = default);

    /// <summary>The services this client is subscribed to, for callbacks, streams or its own memory.</summary>
    IReadOnlyList<ServiceKey> GetSubscriptions();

    /// <summary>What this client keeps registered, and how far the server knows.</summary>
    IReadOnlyList<RegistrationStatus> GetRegistrations();
}

/// <summary>Which page of a list; <c>default</c> is the first one.</summary>
/// <param name="Number">From 1; 0 = 1.</param>
/// <param name="Size">Names on a page, 1 to 10,000; 0 = 100.</param>
public readonly record struct ServicePage(int Number, int Size);

/// <summary>One page of the services of a group.</summary>
/// <param name="Total">Services of the group that have an instance.</param>
/// <param name="Names">The names on this page, sorted, without the group.</param>
public sealed record ServiceList(int Total, ImmutableArray<string> Names);
