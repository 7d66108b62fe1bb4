using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Tests;

/// <summary>Naming requests in the short form tests like.</summary>
internal static class NamingClient
{
    public static Instance NewInstance(int port, string ip = "10.0.0.1", string cluster = "", double? weight = null, string? metadata = null)
    {
        Instance instance = new() { Ip = ip, Port = (uint)port, Cluster = cluster };
        if (weight is { } value)
        {
            instance.Weight = value;
        }

        if (metadata is not null)
        {
            instance.Metadata.Add(new Label { Key = "m", Value = metadata });
        }

        return instance;
    }

    public static RegisterReply Register(this RawClient client, string service, Instance instance) =>
        client.Call(MessageType.Register, new RegisterRequest { Name = service, Instance = instance }).Answer(RegisterReply.Parser);

    public static RegisterReply Register(this RawClient client, string service, int port) => client.Register(service, NewInstance(port));

    public static ReceivedFrame TryRegister(this RawClient client, string service, int port) =>
        client.Call(MessageType.Register, new RegisterRequest { Name = service, Instance = NewInstance(port) });

    public static ReceivedFrame TryBatch(this RawClient client, string service, bool replace, params Instance[] instances)
    {
        BatchRegisterRequest request = new() { Name = service, Replace = replace };
        request.Instances.AddRange(instances);
        return client.Call(MessageType.BatchRegister, request);
    }

    public static RegisterReply Batch(this RawClient client, string service, bool replace, params Instance[] instances) =>
        client.TryBatch(service, replace, instances).Answer(RegisterReply.Parser);

    public static DeregisterReply Deregister(this RawClient client, string service, int port, string ip = "10.0.0.1", string cluster = "")
    {
        DeregisterRequest request = new() { Name = service };
        request.Keys.Add(new InstanceKey { Ip = ip, Port = (uint)port, Cluster = cluster });
        return client.Call(MessageType.Deregister, request).Answer(DeregisterReply.Parser);
    }

    public static Snapshot Query(this RawClient client, string service, bool healthyOnly = false, params string[] clusters)
    {
        QueryRequest request = new() { Name = service, HealthyOnly = healthyOnly };
        request.Clusters.AddRange(clusters);
        return client.Call(MessageType.Query, request).Answer(Snapshot.Parser);
    }

    /// <summary>Subscribes and takes the first list, which must come whole.</summary>
    public static Snapshot Subscribe(this RawClient client, ulong id, string service, bool healthyOnly = false, params string[] clusters)
    {
        SubscribeReply reply = client.TrySubscribe(NewSubscription(id, service, healthyOnly, clusters));
        Assert.Empty(reply.Refused);
        return client.ReadPush(id).Pushed;
    }

    /// <summary>Subscribes with what is held; the first push is read by the caller.</summary>
    public static void Subscribe(this RawClient client, ulong id, string service, HeldList held)
    {
        Subscription subscription = NewSubscription(id, service);
        subscription.Held = held;
        Assert.Empty(client.TrySubscribe(subscription).Refused);
    }

    /// <summary>Subscribes; the caller looks at what was refused and reads the lists.</summary>
    public static SubscribeReply TrySubscribe(this RawClient client, params Subscription[] subscriptions) =>
        client.Call(MessageType.Subscribe, new SubscribeRequest { Subscriptions = { subscriptions } }).Answer(SubscribeReply.Parser);

    public static Subscription NewSubscription(ulong id, string service, bool healthyOnly = false, params string[] clusters)
    {
        Subscription subscription = new() { Id = id, Name = service, HealthyOnly = healthyOnly };
        subscription.Clusters.AddRange(clusters);
        return subscription;
    }

    /// <summary>What a client says that holds this list.</summary>
    public static HeldList Hold(this Snapshot list)
    {
        ulong digest = 0;
        foreach (Instance instance in list.Instances)
        {
            digest = unchecked(digest + ListDigest.OfInstance(instance.ToByteArray()));
        }

        return new HeldList { Epoch = list.Epoch, Revision = list.Revision, Count = (uint)list.Instances.Count, Digest = digest };
    }

    public static bool Unsubscribe(this RawClient client, ulong id) =>
        client.Call(MessageType.Unsubscribe, new UnsubscribeRequest { SubscriptionId = id }).Answer(UnsubscribeReply.Parser).Removed;

    /// <summary>The ports that a push brings, of its list or of its delta, sorted.</summary>
    public static int[] ChangedPorts(this ReceivedFrame push) => push.Type == MessageType.DeltaPush
        ? [.. push.PushedDelta.Upserted.Select(static instance => (int)instance.Port).Order()]
        : push.Pushed.Ports();

    /// <summary>The revision that the subscriber has after a push of a list, of a delta or of "unchanged".</summary>
    public static long PushedRevision(this ReceivedFrame push) => (long)(push.Type switch
    {
        MessageType.DeltaPush => push.PushedDelta.Revision,
        MessageType.UnchangedPush => push.PushedUnchanged.Revision,
        _ => push.Pushed.Revision,
    });

    /// <summary>The ports of a list, sorted.</summary>
    public static int[] Ports(this Snapshot snapshot) => [.. snapshot.Instances.Select(static instance => (int)instance.Port).Order()];
}
