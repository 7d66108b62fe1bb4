using FastRegistry.Client.Connecting;
using FastRegistry.Client.Requesting;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Client.Subscribing;

/// <summary>Answers questions for lists: from memory, by subscribing first, or by asking the server. One per client; any thread; keeps nothing.</summary>
internal sealed class ListFinder(ServerLink link, RequestSender sender, WatchTable watches, TimingWheel wheel, NamingClientOptions options)
{
    /// <summary>A list for a question.</summary>
    public async ValueTask<ServiceSnapshot> FindAsync(ServiceKey key, InstanceQuery query, CancellationToken cancellationToken)
    {
        if (!query.Clusters.IsDefaultOrEmpty && query.Clusters.Length > WireLimits.MaximumClustersInFilter)
        {
            throw RegistryException.Invalid("clusters", $"at most {WireLimits.MaximumClustersInFilter}");
        }

        if (!query.Subscribe)
        {
            return await QueryAsync(key, query, cancellationToken).ConfigureAwait(false);
        }

        if (watches.Find(key) is { } known)
        {
            return known;
        }

        WatchedService watched = watches.Join(key);
        bool keep = false;
        try
        {
            ServiceSnapshot first = await FirstListAsync(watched, cancellationToken).ConfigureAwait(false);
            keep = true;
            return first;
        }
        finally
        {
            watches.Leave(watched, view: null, keep);
        }
    }

    /// <summary>Waits for the first list of a service somebody has joined.</summary>
    /// <exception cref="RegistryException">Refused, or not there in time.</exception>
    public async ValueTask<ServiceSnapshot> FirstListAsync(WatchedService watched, CancellationToken cancellationToken)
    {
        bool inTime = await TimedWait.ForAsync(watched.First, wheel, options.RequestTimeout, cancellationToken).ConfigureAwait(false);
        link.ThrowIfDisposed();
        if (!inTime)
        {
            RegistryErrorCode code = link.Current is null ? RegistryErrorCode.NotConnected : RegistryErrorCode.TimedOut;
            string message = $"No list of {watched.Key} within {options.RequestTimeout.TotalSeconds:0.###} s ({link.State}).";
            throw new RegistryException(code, message) { Retryable = true };
        }

        // A new exception for every caller: several may wait for the same list.
        return await watched.First.ConfigureAwait(false) is { } refusal
            ? throw refusal.Again()
            : watched.Current ?? throw new ObjectDisposedException(nameof(NamingClient));
    }

    private async ValueTask<ServiceSnapshot> QueryAsync(ServiceKey key, InstanceQuery query, CancellationToken cancellationToken)
    {
        QueryRequest request = new()
        {
            Namespace = key.Namespace == options.Namespace ? "" : key.Namespace,
            Group = key.Group,
            Name = key.Name,
            HealthyOnly = query.Healthy == true,
        };
        request.Clusters.AddRange(query.Clusters.IsDefault ? [] : query.Clusters);
        (Snapshot reply, _) = await sender.SendAsync<Snapshot>(MessageType.Query, request, ReplyParsers.Snapshot, cancellationToken).ConfigureAwait(false);
        return ServiceSnapshot.From(reply);
    }
}
