using System.Security.Cryptography;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Load.Targets.Native;

/// <summary>What a connection begins with. Stateless.</summary>
internal static class NativeSetup
{
    // Requests have a generation in the high half, from 1 on.
    private const ulong CorrelationId = 1;

    private const int InstanceIdBytes = 16;

    /// <summary>Sends preface and set-up request as one.</summary>
    public static void Send(Connection connection)
    {
        BatchWriter batch = connection.RentBatch();
        Preface.Write(batch.GetSpan(Preface.Size));
        batch.Advance(Preface.Size);
        batch.WriteMessage(FrameKind.Request, FrameFlags.None, MessageType.Setup, CorrelationId, CreateRequest());
        connection.SendBatch(batch);
        connection.ReturnBatch(batch);
    }

    private static SetupRequest CreateRequest()
    {
        Span<byte> instanceId = stackalloc byte[InstanceIdBytes];
        RandomNumberGenerator.Fill(instanceId);
        return new SetupRequest
        {
            ClientName = "load",
            ClientVersion = "FastRegistry.Load",
            ClientInstanceId = ByteString.CopyFrom(instanceId),

            // Lists are counted and not kept, so there is nothing to merge provisional ones with.
            // Deltas are counted likewise: the server sends only those whose base it has written before.
            Capabilities = (ulong)(Capabilities.Chunks | Capabilities.Deltas),
        };
    }
}
