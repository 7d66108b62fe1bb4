using System.Collections.Concurrent;
using FastRegistry.Server.Events;
using FastRegistry.Server.Registry;
using FastRegistry.Server.Work;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Server.Sessions;

/// <summary>Native clients by client instance id: who speaks for which, and what happens when the same id connects again.</summary>
/// <remarks>
/// Any thread. The new session takes the client over with everything it publishes, so a reconnect beside a half-open connection changes no list. What the new
/// session has not registered again after <c>Deadlines:Reaffirm</c> goes. A session that ends releases its client at once, but only if nobody took it over,
/// and not just after this process was paused: then the clients gave up on a silent node and are on their way back, so they get the same time.
/// </remarks>
internal sealed class ClientDirectory(ServiceRegistry registry, RequestQueue workers, TimingWheel wheel, TimeSpan reaffirm)
{
    private readonly ConcurrentDictionary<UInt128, RegistryClient> _clients = new();
    private long _numbers;

    public int Count => _clients.Count;

    /// <summary>The session that speaks for a client now, as a hint: it may end any moment.</summary>
    public ClientSession? Find(UInt128 instanceId) => _clients.TryGetValue(instanceId, out RegistryClient? client) ? (ClientSession?)client.Session : null;

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
            RegistryClient client = _clients.GetOrAdd(
                instanceId, static (instanceId, directory) => new RegistryClient(ClientKind.Native, id: "", instanceId) { Number = Interlocked.Increment(ref directory._numbers) }, this);
            lock (client.ClientGate)
            {
                if (client.IsReleased)
                {
                    // Its session is just ending; the entry goes with it.
                    _clients.TryRemove(KeyValuePair.Create(instanceId, client));
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
                    ReaffirmDeadline.TryStart(wheel, reaffirm, () => registry.Withdrawals.WithdrawNotReaffirmed(client, attachment));
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
    public void Detach(UInt128 instanceId, RegistryClient client, ClientSession session, CloseReason reason)
    {
        lock (client.ClientGate)
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
                && ReaffirmDeadline.TryStart(wheel, reaffirm, () => ReleaseUnlessAttached(instanceId, client, attachment)))
            {
                return;
            }

            ClientRelease.Begin(registry, workers, client, reason.Kind == CloseKind.GoAwayReceived ? DeregisterReason.ClientLeft : DeregisterReason.ConnectionLost);
        }

        _clients.TryRemove(KeyValuePair.Create(instanceId, client));
    }

    private void ReleaseUnlessAttached(UInt128 instanceId, RegistryClient client, int attachment)
    {
        lock (client.ClientGate)
        {
            if (client.Attachment != attachment)
            {
                return;
            }

            ClientRelease.Begin(registry, workers, client, DeregisterReason.NotReturned);
        }

        _clients.TryRemove(KeyValuePair.Create(instanceId, client));
    }
}
