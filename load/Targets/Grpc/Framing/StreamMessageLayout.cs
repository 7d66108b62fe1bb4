using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Targets.Grpc.Framing;

/// <summary>Sizes of the messages on a client's stream.</summary>
internal static class StreamMessageLayout
{
    public const int TokenBytes = sizeof(ulong);

    /// <summary>A heartbeat or its answer: kind and token.</summary>
    public const int PingBytes = 1 + TokenBytes;

    public const int SubscriptionIdBytes = sizeof(ulong);

    /// <summary>What stands before the list in a push: kind, subscription id, push prefix.</summary>
    public const int PushHeadBytes = 1 + SubscriptionIdBytes + PushPrefix.Size;
}
