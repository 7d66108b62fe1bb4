using FastRegistry.Node.Workers;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <summary>Native clients by client instance id: who speaks for which, and what happens when the same id connects again.</summary>
/// <remarks>
/// Any thread. The new session takes the client over with everything it publishes, so a reconnect beside a half-open connection changes no list. What the new
/// session has not registered again after <c>Deadlines:Reaffirm</c> goes. A session that ends releases its client at once, but only if nobody took it over,
/// and not just after this process was paused: then the clients gave up on a silent node and are on their way back, so they get the same time.
/// </remarks>
internal sealed class ClientDirectory(ServiceRegistry registry, RequestQueue workers, TimingWheel wheel, TimeSpan reaffirm)
{
    private readonly ClientTable _clients = new();

    public int Count => _clients.Count;

    /// <summary>The session that speaks for a client now, as a hint: it may end any moment.</summary>
    public ClientSession? Find(UInt128 instanceId) => (ClientSession?)_clients.Find(instanceId)?.Session;

    /// <summary>Makes <paramref name="session"/> the one that speaks for a client.</summary>
    /// <param name="instanceId">The client instance id.</param>
    /// <param name="session">The new session.</param>
    /// <param name="superseded">The session that spoke for it until now; the caller ends it.</param>
    /// <param name="name">The client's name, for the event.</param>
    /// <param name="version">The client's version, for the event.</param>
    public RegistryClient Attach(UInt128 instanceId, ClientSession session, out ClientSession? superseded, string name = "", string version = "")
    {
        while (true)
        {
            RegistryClient client = _clients.FindOrAdd(instanceId);
            lock (client.ClientLock)
            {
                if (client.IsReleased)
                {
                    // Its session is just ending; the entry goes with it.
                    _clients.Remove(client);
                    continue;
                }

                superseded = (ClientSession?)client.Session;
                superseded?.BeginClosing();
                client.Session = session;
                client.Attachment++;
                if (client.PublicationCount > 0)
                {
                    // Without room in the wheel they stay until the new session ends: late, but no ghosts.
                    int attachment = client.Attachment;
                    ReaffirmDeadline.TryStart(wheel, reaffirm, () => registry.WithdrawNotReaffirmed(client, attachment));
                }

                if (superseded is null)
                {
                    registry.Events.Publish(new ClientConnected(client.Reference, session.Id, name, version));
                }
                else
                {
                    registry.Events.Publish(new ClientTakenOver(client.Reference, superseded.Id, session.Id));
                }

                return client;
            }
        }
    }

    /// <summary>A session has ended: its client goes, unless a newer session speaks for it.</summary>
    public void Detach(RegistryClient client, ClientSession session, CloseReason reason)
    {
        lock (client.ClientLock)
        {
            if (client.Session != session)
            {
                return;
            }

            client.Session = null;
            registry.Events.Publish(new ClientDisconnected(client.Reference, session.Id, reason));
            bool left = reason.Kind is CloseKind.PeerClosed or CloseKind.PeerReset;
            int attachment = client.Attachment;
            if (left
                && client.PublicationCount > 0
                && wheel.IsResuming((int)reaffirm.TotalMilliseconds)
                && ReaffirmDeadline.TryStart(wheel, reaffirm, () => ReleaseUnlessAttached(client, attachment)))
            {
                return;
            }

            registry.Release(client, reason.Kind == CloseKind.GoAwayReceived ? DeregisterReason.ClientLeft : DeregisterReason.ConnectionLost, workers);
        }

        _clients.Remove(client);
    }

    private void ReleaseUnlessAttached(RegistryClient client, int attachment)
    {
        lock (client.ClientLock)
        {
            if (client.Attachment != attachment)
            {
                return;
            }

            registry.Release(client, DeregisterReason.NotReturned, workers);
        }

        _clients.Remove(client);
    }
}
