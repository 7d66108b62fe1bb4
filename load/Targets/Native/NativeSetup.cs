using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Transport;

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
