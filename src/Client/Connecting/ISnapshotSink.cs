using FastRegistry.Wire.Messages;

namespace FastRegistry.Client.Connecting;

/// <summary>Takes the lists a session receives.</summary>
internal interface ISnapshotSink
{
    /// <summary>A push arrived. Called on the receive path: never blocks, runs no user code. An unknown subscription is ignored.</summary>
    void OnPush(ulong subscriptionId, Snapshot snapshot);

    /// <summary>What changed in a list arrived. As <see cref="OnPush"/>.</summary>
    void OnDelta(ulong subscriptionId, SnapshotDelta delta);
}
