using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Control;
using FastRegistry.Server.Registry;
using FastRegistry.Server.Registry.Selection;
using FastRegistry.Wire.Framing;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Server.Naming;

/// <summary>What each naming request of the native transport does. Stateless: everything it changes belongs to the registry or the session.</summary>
/// <remarks>
/// <see cref="TryRunNow"/> is called on a session's receive path and does only what is O(1) or small; the rest is parsed there and run by a worker
/// through <see cref="RunQueued"/>.
/// </remarks>
internal sealed class NamingRequests(ServiceRegistry registry, LimitOptions limits, NamingAdmission admission, ILogger log)
{
    // A list of up to this many instances is built on the receive path: less work than handing it over.
    private const int SmallListInstances = 64;

    private const int MaximumPageSize = 10_000;
    private const int DefaultPageSize = 100;

    /// <summary>Answers a request now, or parses it for a worker.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="type">The request's type.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="answer">The answer when true is returned.</param>
    /// <param name="queued">The parsed request when false is returned.</param>
    public bool TryRunNow(INamingCaller caller, MessageType type, in ReadOnlySequence<byte> body, out NamingAnswer answer, [NotNullWhen(false)] out IMessage? queued)
    {
        queued = null;
        if (admission.TryRefuse(type, out RequestError? refusal))
        {
            answer = NamingAnswer.Of(refusal);
            return true;
        }

        if ((type == MessageType.Query && TryQueryQuickly(caller, body, out answer))
            || (type == MessageType.Register && TryRegisterQuickly(caller, body, out answer)))
        {
            return true;
        }

        answer = default;

        try
        {
            switch (type)
            {
                case MessageType.Register:
                    answer = Register(caller, Messages.RegisterRequest.Parser.ParseFrom(body));
                    return true;
                case MessageType.BatchRegister:
                    answer = BatchRegister(caller, Messages.BatchRegisterRequest.Parser.ParseFrom(body));
                    return true;
                case MessageType.Deregister:
                    answer = Deregister(caller, Messages.DeregisterRequest.Parser.ParseFrom(body));
                    return true;
                case MessageType.Query:
                    Messages.QueryRequest query = Messages.QueryRequest.Parser.ParseFrom(body);
                    queued = query;
                    answer = TryQuery(caller, query, whateverItCosts: false);
                    return HasAnswer(answer);
                case MessageType.Subscribe:
                    Messages.SubscribeRequest subscribe = Messages.SubscribeRequest.Parser.ParseFrom(body);
                    queued = subscribe;
                    answer = Subscribe(caller, subscribe);
                    return HasAnswer(answer);
                case MessageType.Unsubscribe:
                    bool removed = caller.Unsubscribe(Messages.UnsubscribeRequest.Parser.ParseFrom(body).SubscriptionId);
                    answer = NamingAnswer.Of(new Messages.UnsubscribeReply { Removed = removed });
                    return true;
                case MessageType.ListServices:
                    queued = Messages.ListServicesRequest.Parser.ParseFrom(body);
                    answer = default;
                    return false;
                default:
                    answer = NamingAnswer.Of(RequestError.Unknown(type));
                    return true;
            }
        }
        catch (InvalidProtocolBufferException)
        {
            answer = NamingAnswer.Of(RequestError.Malformed(type));
            return true;
        }
#pragma warning disable CA1031 // One failing request must not cost its sender the connection; it gets an error and the log the exception.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            log.RequestFailed(fault, type, caller.Id);
            answer = NamingAnswer.Of(RequestError.Internal);
            return true;
        }
    }

    /// <summary>Runs what <see cref="TryRunNow"/> left; on a worker's thread.</summary>
    public NamingAnswer RunQueued(INamingCaller caller, MessageType type, IMessage message) => type switch
    {
        MessageType.Query => TryQuery(caller, (Messages.QueryRequest)message, whateverItCosts: true),
        MessageType.Subscribe => FirstList(caller, (Messages.SubscribeRequest)message),
        MessageType.ListServices => ListServices(caller, (Messages.ListServicesRequest)message),
        _ => NamingAnswer.Of(RequestError.Unknown(type)),
    };

    private static bool HasAnswer(in NamingAnswer answer) => answer.SharedBody is not null || answer.Error is not null;

    /// <summary>The hot path: a known service whose list is current and encoded costs a lookup and a reference.</summary>
    private bool TryQueryQuickly(INamingCaller caller, in ReadOnlySequence<byte> body, out NamingAnswer answer)
    {
        Span<byte> key = stackalloc byte[QueryKeyReader.MaximumKeyBytes];
        answer = default;
        if (!QueryKeyReader.TryRead(body, caller.DefaultNamespaceUtf8, key, out int keyBytes)
            || !registry.Services.TryGet(key[..keyBytes], out ServiceEntry? entry)
            || !entry.IsSnapshotCurrent)
        {
            return false;
        }

        ServiceSnapshot snapshot = entry.GetSnapshot();
        if (!snapshot.IsEncoded || snapshot.Metadata?.Selector is not null)
        {
            return false;
        }

        answer = NamingAnswer.Of(snapshot.Encode(InstanceFilter.All));
        return true;
    }

    /// <summary>The hot path of a client that makes sure: what it registers is registered so, byte by byte. Nothing is parsed, nothing allocated.</summary>
    private bool TryRegisterQuickly(INamingCaller caller, in ReadOnlySequence<byte> body, out NamingAnswer answer)
    {
        Span<byte> key = stackalloc byte[QueryKeyReader.MaximumKeyBytes];
        answer = default;
        if (!body.IsSingleSegment
            || !RegisterRequestReader.TryRead(body.FirstSpan, out RegisterRequestReader request)
            || !QueryKeyReader.TryWrite(
                request.Namespace.IsEmpty ? caller.DefaultNamespaceUtf8 : request.Namespace, request.Group, request.Name, key, out int keyBytes)
            || !registry.Services.TryGet(key[..keyBytes], out ServiceEntry? entry)
            || ServiceRegistry.Reaffirm(caller.Client, entry, request.Instance, caller) is not { } reply)
        {
            return false;
        }

        answer = NamingAnswer.Of(reply);
        return true;
    }

    private NamingAnswer Register(INamingCaller caller, Messages.RegisterRequest request)
    {
        RequestError? error = ServiceKeyFactory.TryCreate(request.Namespace, request.Group, request.Name, caller.DefaultNamespace, out ServiceKey key);
        if (error is not null)
        {
            return NamingAnswer.Of(error);
        }

        error = InstanceFactory.TryCreate(request.Instance, "instance", out Instance instance);
        return error is not null ? NamingAnswer.Of(error) : Registered(registry.Register(caller.Client, key, [instance], replace: false, caller));
    }

    private NamingAnswer BatchRegister(INamingCaller caller, Messages.BatchRegisterRequest request)
    {
        RequestError? error = ServiceKeyFactory.TryCreate(request.Namespace, request.Group, request.Name, caller.DefaultNamespace, out ServiceKey key);
        if (error is not null)
        {
            return NamingAnswer.Of(error);
        }

        if (request.Instances.Count == 0 && !request.Replace)
        {
            return NamingAnswer.Of(RequestError.Invalid("instances", "must not be empty unless replace is set"));
        }

        Instance[] instances = new Instance[request.Instances.Count];
        HashSet<InstanceIdentity> identities = new(instances.Length);
        for (int i = 0; i < instances.Length; i++)
        {
            error = InstanceFactory.TryCreate(request.Instances[i], $"instances[{i}]", out instances[i]);
            if (error is null && !identities.Add(instances[i].Identity))
            {
                error = RequestError.Invalid($"instances[{i}]", "has the cluster, ip and port of an earlier one");
            }

            if (error is not null)
            {
                return NamingAnswer.Of(error);
            }
        }

        return Registered(registry.Register(caller.Client, key, instances, request.Replace, caller));
    }

    private NamingAnswer Deregister(INamingCaller caller, Messages.DeregisterRequest request)
    {
        RequestError? error = ServiceKeyFactory.TryCreate(request.Namespace, request.Group, request.Name, caller.DefaultNamespace, out ServiceKey key);
        if (error is null && request.Keys.Count == 0)
        {
            error = RequestError.Invalid("keys", "must not be empty");
        }

        InstanceIdentity[] identities = new InstanceIdentity[request.Keys.Count];
        for (int i = 0; i < identities.Length && error is null; i++)
        {
            error = InstanceFactory.TryCreate(request.Keys[i], $"keys[{i}]", out identities[i]);
        }

        if (error is not null)
        {
            return NamingAnswer.Of(error);
        }

        RegistrationResult result = registry.Deregister(caller.Client, key, identities, caller);
        return result.Error is not null
            ? NamingAnswer.Of(result.Error)
            : NamingAnswer.Of(new Messages.DeregisterReply { Revision = (ulong)result.Revision, Removed = (uint)result.Count });
    }

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
        if (!registry.Services.TryGet(key, out ServiceEntry? entry))
        {
            ServiceSnapshot none = new(key, registry.Epoch, registry.Revisions.Current, 0, registry.IsProvisional, EmptyCause.NeverSeen, []);
            return NamingAnswer.Of(none.Encode(filter));
        }

        return whateverItCosts || entry.InstanceCount <= SmallListInstances ? Listed(entry.GetSnapshot(), filter, caller) : default;
    }

    private NamingAnswer Subscribe(INamingCaller caller, Messages.SubscribeRequest request)
    {
        RequestError? error = ServiceKeyFactory.TryCreate(request.Namespace, request.Group, request.Name, caller.DefaultNamespace, out ServiceKey key)
            ?? CheckClusters(request.Clusters);
        if (error is null && request.SubscriptionId == 0)
        {
            error = RequestError.Invalid("subscription_id", "must not be 0");
        }

        error ??= caller.Subscribe(request.SubscriptionId, key, InstanceFilter.Create(request.Clusters, request.HealthyOnly), limits.SubscriptionsPerClient);
        if (error is not null)
        {
            return NamingAnswer.Of(error);
        }

        Subscription subscription = caller.FindSubscription(request.SubscriptionId)!;
        return subscription.Service.InstanceCount <= SmallListInstances ? FirstList(subscription) : default;
    }

    private static NamingAnswer FirstList(INamingCaller caller, Messages.SubscribeRequest request) =>
        caller.FindSubscription(request.SubscriptionId) is { } subscription ? FirstList(subscription) : NamingAnswer.Of(RequestError.Cancelled);

    private static NamingAnswer FirstList(Subscription subscription)
    {
        ServiceSnapshot snapshot = subscription.Service.GetSnapshot();
        snapshot.MarkWritten();
        subscription.AnswerBegins(snapshot.Revision);
        InstanceFilter view = snapshot.Metadata?.Selector is null ? subscription.Filter : snapshot.ViewOf(subscription.Filter, subscription.Subscriber.RemoteAddress);
        return new NamingAnswer(null, snapshot.Encode(view), null, subscription, snapshot.Revision);
    }

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

        List<string> names = registry.Services.ListNames(key.Namespace, key.Group);
        long skip = (Math.Max(request.PageNumber, 1L) - 1) * size;
        Messages.ListServicesReply reply = new() { Total = (uint)names.Count };
        reply.Names.AddRange(names.Skip((int)Math.Min(skip, names.Count)).Take(size));
        return NamingAnswer.Of(reply);
    }

    private static NamingAnswer Registered(RegistrationResult result) => result.Error is not null
        ? NamingAnswer.Of(result.Error)
        : NamingAnswer.Of(new Messages.RegisterReply { Revision = (ulong)result.Revision, Changed = result.Count > 0 });

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
