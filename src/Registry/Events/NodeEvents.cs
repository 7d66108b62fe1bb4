namespace FastRegistry.Registry.Events;

/// <summary>One number per event type: its publisher, its bit among those somebody listens to, its name in logs, metrics and the operator's call.</summary>
internal enum EventKind
{
    ConnectionRefused,
    ConnectionClosed,
    ClientConnected,
    ClientTakenOver,
    ClientChanged,
    ClientDisconnected,
    ClientReleased,
    ServiceCreated,
    ServiceChanged,
    ServiceDisappeared,
    ServiceMetadataChanged,
    InstanceRegistered,
    InstanceChanged,
    InstanceDeregistered,
    InstanceOverrideChanged,
    ServiceSubscribed,
    ServiceUnsubscribed,
    PushSent,
    PushPutOff,
    PushTooLarge,
}
