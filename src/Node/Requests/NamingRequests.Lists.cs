using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using Google.Protobuf.Collections;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Requests;

/// <content>Requests that read, parsed: lists of instances and of services. On a session's receive path what is O(1) or small, the rest on a worker's thread.</content>
internal sealed partial class NamingRequests
{
    // A list of up to this many instances is built on the receive path: less work than handing it over.
    private const int SmallListInstances = 64;

    private const int MaximumPageSize = 10_000;
    private const int DefaultPageSize = 100;

    /// <summary>The list, or a default answer when making it is work for a worker.</summary>
    private NamingAnswer TryQuery(INamingCaller caller, Messages.QueryRequest request, bool whateverItCosts)
    {
        RequestError? error = ServiceKeyFactory.TryCreate(request.Namespace, request.Group, request.Name, caller.DefaultNamespace, out ServiceKey key)
            ?? CheckClusters(request.Clusters);
        if (error is not null)
        {
            return NamingAnswer.Of(error);
        }

        InstanceFilter filter = InstanceFilter.Create(request.Clusters, request.HealthyOnly);
        if (!registry.TryGet(key, out ServiceEntry? entry))
        {
            ServiceSnapshot none = new(key, registry.Epoch, registry.Revisions.Current, 0, registry.IsProvisional, EmptyCause.NeverSeen, [])
            {
                Labels = registry.Labels,
            };
            return NamingAnswer.Of(none.Encode(filter));
        }

        return whateverItCosts || entry.InstanceCount <= SmallListInstances ? Listed(entry.GetSnapshot(), filter, caller) : default;
    }

    /// <summary>Adds subscriptions. Their lists follow as pushes; the answer names those that were refused.</summary>
    private NamingAnswer Subscribe(INamingCaller caller, Messages.SubscribeRequest request)
    {
        if (request.Subscriptions.Count is 0 or > WireLimits.MaximumSubscriptionsInRequest)
        {
            return NamingAnswer.Of(RequestError.Invalid("subscriptions", $"must be 1 to {WireLimits.MaximumSubscriptionsInRequest}"));
        }

        Messages.SubscribeReply reply = new();
        for (int i = 0; i < request.Subscriptions.Count; i++)
        {
            if (Subscribe(caller, request.Subscriptions[i]) is { } error)
            {
                string field = error.Field.Length > 0 ? $"subscriptions[{i}].{error.Field}" : "";
                reply.Refused.Add(new Messages.RefusedSubscription { Index = (uint)i, Error = (error with { Field = field }).ToReply() });
            }
        }

        return NamingAnswer.Of(reply);
    }

    private RequestError? Subscribe(INamingCaller caller, Messages.Subscription subscription)
    {
        RequestError? error = ServiceKeyFactory.TryCreate(subscription.Namespace, subscription.Group, subscription.Name, caller.DefaultNamespace, out ServiceKey key)
            ?? CheckClusters(subscription.Clusters);
        if (error is null && subscription.Id == 0)
        {
            error = RequestError.Invalid("id", "must not be 0");
        }

        InstanceFilter filter = error is null ? InstanceFilter.Create(subscription.Clusters, subscription.HealthyOnly) : InstanceFilter.All;
        return error ?? caller.Subscribe(subscription.Id, key, filter, HeldOf(subscription.Held), limits.SubscriptionsPerClient);
    }

    private static HeldList HeldOf(Messages.HeldList? held) => held is null
        ? HeldList.None
        : new HeldList(new NodeEpoch(held.Epoch?.Node ?? 0, held.Epoch?.Incarnation ?? 0), (long)Math.Min(held.Revision, long.MaxValue), held.Count, held.Digest);

    private static NamingAnswer Listed(ServiceSnapshot snapshot, InstanceFilter filter, INamingCaller caller) =>
        NamingAnswer.Of(snapshot.Encode(snapshot.Metadata?.Selector is null ? filter : snapshot.ViewOf(filter, caller.RemoteAddress)));

    private NamingAnswer ListServices(INamingCaller caller, Messages.ListServicesRequest request)
    {
        // The rules are those of a service; the name is any valid one.
        RequestError? error = ServiceKeyFactory.TryCreate(request.Namespace, request.Group, "any", caller.DefaultNamespace, out ServiceKey key);
        int size = request.PageSize == 0 ? DefaultPageSize : (int)Math.Min(request.PageSize, int.MaxValue);
        if (error is null && size > MaximumPageSize)
        {
            error = RequestError.Invalid("page_size", $"must be between 1 and {MaximumPageSize}");
        }

        if (error is not null)
        {
            return NamingAnswer.Of(error);
        }

        List<string> names = registry.ListServiceNames(key.Namespace, key.Group);
        long skip = (Math.Max(request.PageNumber, 1L) - 1) * size;
        Messages.ListServicesReply reply = new() { Total = (uint)names.Count };
        reply.Names.AddRange(names.Skip((int)Math.Min(skip, names.Count)).Take(size));
        return NamingAnswer.Of(reply);
    }

    private static RequestError? CheckClusters(RepeatedField<string> clusters)
    {
        if (clusters.Count > WireLimits.MaximumClustersInFilter)
        {
            return RequestError.Invalid("clusters", $"must not name more than {WireLimits.MaximumClustersInFilter} clusters");
        }

        for (int i = 0; i < clusters.Count; i++)
        {
            if (NameRules.BrokenByCluster(clusters[i]) is { } rule)
            {
                return RequestError.Invalid($"clusters[{i}]", rule);
            }
        }

        return null;
    }
}
