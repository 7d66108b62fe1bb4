using System.Buffers;
using System.Collections.Immutable;
using FastRegistry.Client.Choosing;
using FastRegistry.Client.Connecting;
using FastRegistry.Client.Subscribing;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Client;

// Finds instances and services: from memory, by subscribing first, or by asking the server.
public sealed partial class NamingClient
{
    // Delegates that are created once.
    private static readonly Func<ReadOnlySequence<byte>, IMessage> ParseSnapshot = Snapshot.Parser.ParseFrom;
    private static readonly Func<ReadOnlySequence<byte>, IMessage> ParseListServicesReply = ListServicesReply.Parser.ParseFrom;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Instance>> GetInstancesAsync(
        ServiceKey service, InstanceQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= InstanceQuery.Default;
        ServiceSnapshot snapshot = await FindAsync(Resolve(service), query, cancellationToken).ConfigureAwait(false);
        return query is { Clusters.IsDefaultOrEmpty: true, Healthy: null }
            ? snapshot.Instances
            : snapshot.Instances.Where(query.Shows).ToImmutableArray();
    }

    /// <inheritdoc/>
    public async ValueTask<Instance?> SelectOneAsync(ServiceKey service, InstanceQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= InstanceQuery.Default;
        ServiceSnapshot snapshot = await FindAsync(Resolve(service), query, cancellationToken).ConfigureAwait(false);
        WeightedPicker picker = query.Clusters.IsDefaultOrEmpty ? snapshot.Picker : new WeightedPicker(snapshot.Instances, query.Clusters);
        return picker.Pick(Random.Shared.NextDouble());
    }

    /// <inheritdoc/>
    public async ValueTask<ServiceList> ListServicesAsync(
        string? @namespace = null, string group = ServiceKey.DefaultGroup, ServicePage page = default, CancellationToken cancellationToken = default)
    {
        _link.ThrowIfDisposed();
        ArgumentException.ThrowIfNullOrEmpty(group);
        ArgumentOutOfRangeException.ThrowIfNegative(page.Number, nameof(page));
        ArgumentOutOfRangeException.ThrowIfNegative(page.Size, nameof(page));
        ListServicesRequest request = new()
        {
            Namespace = @namespace is null || @namespace == _options.Namespace ? "" : @namespace,
            Group = group,
            PageNumber = (uint)page.Number,
            PageSize = (uint)page.Size,
        };
        (ListServicesReply reply, _) = await _sender.SendAsync<ListServicesReply>(
            MessageType.ListServices, request, ParseListServicesReply, cancellationToken).ConfigureAwait(false);
        return new ServiceList((int)reply.Total, [.. reply.Names]);
    }

    /// <summary>A list for a question.</summary>
    private async ValueTask<ServiceSnapshot> FindAsync(ServiceKey key, InstanceQuery query, CancellationToken cancellationToken)
    {
        if (!query.Clusters.IsDefaultOrEmpty && query.Clusters.Length > WireLimits.MaximumClustersInFilter)
        {
            throw RegistryException.Invalid("clusters", $"at most {WireLimits.MaximumClustersInFilter}");
        }

        if (!query.Subscribe)
        {
            return await QueryAsync(key, query, cancellationToken).ConfigureAwait(false);
        }

        if (_subscriptions.Find(key) is { } known)
        {
            return known;
        }

        SubscribedService subscribed = _subscriptions.Join(key);
        bool keep = false;
        try
        {
            ServiceSnapshot first = await FirstListAsync(subscribed, cancellationToken).ConfigureAwait(false);
            keep = true;
            return first;
        }
        finally
        {
            _subscriptions.Leave(subscribed, view: null, keep);
        }
    }

    /// <summary>Waits for the first list of a service somebody has joined.</summary>
    /// <exception cref="RegistryException">Refused, or not there in time.</exception>
    private async ValueTask<ServiceSnapshot> FirstListAsync(SubscribedService subscribed, CancellationToken cancellationToken)
    {
        bool inTime = await TimedWait.ForAsync(subscribed.First, _wheel, _options.RequestTimeout, cancellationToken).ConfigureAwait(false);
        _link.ThrowIfDisposed();
        if (!inTime)
        {
            RegistryErrorCode code = _link.Current is null ? RegistryErrorCode.NotConnected : RegistryErrorCode.TimedOut;
            string message = $"No list of {subscribed.Key} within {_options.RequestTimeout.TotalSeconds:0.###} s ({_link.State}).";
            throw new RegistryException(code, message) { Retryable = true };
        }

        // A new exception for every caller: several may wait for the same list.
        return await subscribed.First.ConfigureAwait(false) is { } refusal
            ? throw refusal.ForAnotherCaller()
            : subscribed.Current ?? throw ServerLink.ClientDisposed();
    }

    private async ValueTask<ServiceSnapshot> QueryAsync(ServiceKey key, InstanceQuery query, CancellationToken cancellationToken)
    {
        QueryRequest request = new()
        {
            Namespace = key.Namespace == _options.Namespace ? "" : key.Namespace,
            Group = key.Group,
            Name = key.Name,
            HealthyOnly = query.Healthy == true,
        };
        request.Clusters.AddRange(query.Clusters.IsDefault ? [] : query.Clusters);
        (Snapshot reply, _) = await _sender.SendAsync<Snapshot>(MessageType.Query, request, ParseSnapshot, cancellationToken).ConfigureAwait(false);
        return ServiceSnapshot.From(reply);
    }
}
