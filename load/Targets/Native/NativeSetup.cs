using System.Security.Cryptography;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Load.Targets.Native;

/// <summary>What a connection begins with. Stateless.</summary>
internal static class NativeSetup
{
    // Requests have a generation in the high half, from 1 on.
    private const ulong CorrelationId = 1;

    // What a connection takes; the .NET client announces the same.
    private static readonly Wire.Messages.Limits Limits = new()
    {
        Streams = (uint)StreamLimits.Default.Streams,
        StreamBytes = (ulong)StreamLimits.Default.Bytes,
        StreamCreditBytes = (uint)StreamLimits.Default.CreditBytes,
    };

    /// <summary>Sends preface and set-up request as one.</summary>
    public static void Send(Connection connection, NativeIdentity identity)
    {
        BatchWriter batch = connection.RentBatch();
        Preface.Write(batch.GetSpan(Preface.Size));
        batch.Advance(Preface.Size);
        batch.WriteMessage(FrameKind.Request, FrameFlags.None, MessageType.Setup, CorrelationId, CreateRequest(identity));
        connection.SendBatch(batch);
        connection.ReturnBatch(batch);
    }

    private static SetupRequest CreateRequest(NativeIdentity identity) => new()
    {
        ClientName = "load",
        ClientVersion = "FastRegistry.Load",
        ClientInstanceId = identity.InstanceId,
        ConnectionNumber = identity.NextConnection(),
        Limits = Limits,
    };
}

/// <summary>Who a client is to the server, over all its connections. One connection at a time is set up with it.</summary>
internal sealed class NativeIdentity
{
    private const int InstanceIdBytes = 16;

    private ulong _connections;

    public NativeIdentity()
    {
        Span<byte> instanceId = stackalloc byte[InstanceIdBytes];
        RandomNumberGenerator.Fill(instanceId);
        InstanceId = ByteString.CopyFrom(instanceId);
    }

    public ByteString InstanceId { get; }

    /// <summary>Number of the connection that is made now: 1, 2, 3, …</summary>
    public ulong NextConnection() => ++_connections;
}
