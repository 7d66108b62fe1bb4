using System.Security.Cryptography;
using FastRegistry.Load.Targets.Grpc.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Load.Targets.Grpc;

/// <summary>Makes the messages a client sends; the protobuf bodies are those of the native protocol.</summary>
internal static class GrpcMessages
{
    private const int InstanceIdBytes = 16;

    /// <summary>The first message of a stream, framed, with a client instance id of its own.</summary>
    public static byte[] Setup()
    {
        Span<byte> instanceId = stackalloc byte[InstanceIdBytes];
        RandomNumberGenerator.Fill(instanceId);
        SetupRequest request = new()
        {
            ClientName = "fastregistry-load",
            ClientInstanceId = ByteString.CopyFrom(instanceId),
            ConnectionNumber = 1,
        };
        int messageBytes = 1 + request.CalculateSize();
        byte[] framed = new byte[GrpcPrefix.Size + messageBytes];
        GrpcPrefix.Write(framed, messageBytes);
        framed[GrpcPrefix.Size] = (byte)StreamMessageKind.Setup;
        request.WriteTo(framed.AsSpan(GrpcPrefix.Size + 1));
        return framed;
    }

    public static GrpcRequest Register(string service, LoadInstance instance)
    {
        Instance message = new() { Ip = instance.Ip, Port = (uint)instance.Port, Weight = instance.Weight };
        message.Metadata.AddRange(instance.Metadata.Select(static pair => new Label { Key = pair.Key, Value = pair.Value }));
        return new GrpcRequest(GrpcPaths.Register, new RegisterRequest { Name = service, Instance = message });
    }

    public static GrpcRequest Deregister(string service, LoadInstance instance)
    {
        DeregisterRequest request = new() { Name = service };
        request.Keys.Add(new InstanceKey { Ip = instance.Ip, Port = (uint)instance.Port });
        return new GrpcRequest(GrpcPaths.Deregister, request);
    }

    public static GrpcRequest Query(string service) => new(GrpcPaths.Query, new QueryRequest { Name = service });

    public static GrpcRequest Subscribe(string service, ulong subscriptionId) =>
        new(GrpcPaths.Subscribe, new SubscribeRequest { Subscriptions = { new Subscription { Id = subscriptionId, Name = service } } });
}
