using System.Net;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <summary>What operators see of a session, and what decides who is to leave.</summary>
/// <remarks>A look, not a copy: each property is read when it is asked for. Any thread.</remarks>
internal readonly struct SessionStatus(ClientSession session)
{
    /// <summary>Null when the connection has none, or none any more.</summary>
    public IPEndPoint? RemoteEndPoint => session.Connection.RemoteEndPoint as IPEndPoint;

    /// <summary>How operators name its connection.</summary>
    public ConnectionId ConnectionId => new(session.Services.Registry.Epoch.Incarnation, session.Slot, session.Id);

    /// <summary>The set-up is done.</summary>
    public bool IsReady => session.ClientOrNull is not null;

    /// <summary>It was told to leave, or is being closed.</summary>
    public bool IsLeaving => session.Deadlines.IsClosing || session.Connection.CloseReason is not null;

    /// <summary>Its output has passed the mark and pushes wait.</summary>
    public bool IsBehind => session.Connection.Outbound.IsAboveHighWaterMark;

    /// <summary>Wheel time of its begin.</summary>
    public long OpenedAt => session.Deadlines.OpenedAt;

    /// <summary>Wheel time of its last byte.</summary>
    public long LastReceived => session.Deadlines.LastReceived;

    public int Publications => session.ClientOrNull?.PublicationCount ?? 0;

    public int Subscriptions => session.Subscriptions?.Count ?? 0;

    /// <summary>The subscriptions of this moment.</summary>
    public Subscription[] CopySubscriptions() => session.Subscriptions?.ToArray() ?? [];

    /// <summary>Who it is as a subscriber.</summary>
    public SubscriberDescription Describe()
    {
        ClientProfile profile = session.Profile;
        string agent = profile.Name.Length > 0 ? $"{profile.Name}:v{profile.Version}" : profile.Version;
        return new SubscriberDescription(ConnectionId.ToString(), session.RemoteAddress ?? "", RemoteEndPoint?.Port ?? 0, agent, profile.Application);
    }
}
