using FastRegistry.Node.Workers;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <summary>The native clients by client instance id: which session speaks for which client, and what happens when the same id connects again.</summary>
/// <remarks>
/// One per node; thread-safe. Which session speaks for a client changes under the client's lock. The new session takes the client over with everything it publishes, so a reconnect beside a half-open connection changes no list. What the new
/// session has not registered again after <c>Deadlines:Reaffirm</c> is withdrawn. A session that ends releases its client at once, but only if nobody took it over,
/// and not just after this process was paused: then the clients gave up on a silent node and are on their way back, so they get the same time. So does one that
/// says it has moved to another node: what it publishes stays until that node is heard of.
/// </remarks>
internal sealed class ClientDirectory(ServiceRegistry registry, RequestQueue workers, TimingWheel wheel, TimeSpan reaffirm)
{
    private readonly ClientTable _clients = new();

    public int Count => _clients.Count;

    /// <summary>Finds the session that speaks for a client now. A hint: the session may end any moment.</summary>
    public ClientSession? Find(UInt128 instanceId) => (ClientSession?)_clients.Find(instanceId)?.Session;

    /// <summary>Makes <paramref name="session"/> the one that speaks for a client, unless one with its connection number or a higher one does: null then.</summary>
    /// <param name="instanceId">The client instance id.</param>
    /// <param name="session">The new session.</param>
    /// <param name="connectionNumber">Its number among the connections of the client.</param>
    /// <param name="superseded">The session that spoke for it until now; the caller ends it.</param>
    /// <param name="name">The client's name, for the event.</param>
    /// <param name="version">The client's version, for the event.</param>
    public RegistryClient? TryAttach(
        UInt128 instanceId, ClientSession session, ulong connectionNumber, out ClientSession? superseded, string name = "", string version = "")
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
                if (superseded is not null && client.ConnectionNumber >= connectionNumber)
                {
                    superseded = null;
                    return null;
                }

                superseded?.BeginClosing();
                client.Session = session;
                client.ConnectionNumber = connectionNumber;
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

    /// <summary>Releases the client of a session that has ended, unless a newer session speaks for it.</summary>
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
            bool returns = reason.GoAway == GoAwayReason.ClientMoved || (left && wheel.IsResuming((int)reaffirm.TotalMilliseconds));
            int attachment = client.Attachment;
            if (returns
                && client.PublicationCount > 0
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

/// <summary>Calls back once, when the time in which a client had to register again is over. The wheel owns it until then.</summary>
internal sealed class ReaffirmDeadline : IDeadlineOwner
{
    private readonly TimingWheel _wheel;
    private readonly Action _over;

    private ReaffirmDeadline(TimingWheel wheel, Action over)
    {
        _wheel = wheel;
        _over = over;
    }

    /// <summary>Calls <paramref name="over"/> on the wheel's thread after <paramref name="time"/>; false when the wheel has no room.</summary>
    public static bool TryStart(TimingWheel wheel, TimeSpan time, Action over)
    {
        if (!wheel.TryAllocate(new ReaffirmDeadline(wheel, over), out int entry))
        {
            return false;
        }

        wheel.Arm(entry, wheel.Now, (int)time.TotalMilliseconds);
        return true;
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        _over();
        _wheel.Release(entry);
        return Deadline.None;
    }
}

/// <summary>The native clients by client instance id, linked through themselves: a client in it costs a bucket and no node of its own.</summary>
/// <remarks>
/// One per node. Any thread; a short lock on one of its stripes, each of which grows by itself. A client may be removed with its lock held, so nothing is called
/// under a stripe's. Ids are the clients' choice; their hash is seeded per process, so nobody can choose ids that meet in one bucket. Bounded by the sessions.
/// </remarks>
internal sealed class ClientTable
{
    private const int Stripes = 64;

    private readonly ClientStripe[] _stripes = [.. Enumerable.Range(0, Stripes).Select(static _ => new ClientStripe(Stripes))];
    private long _numbers;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public RegistryClient? Find(UInt128 instanceId)
    {
        ClientStripe stripe = StripeOf(instanceId);
        lock (stripe.StripeLock)
        {
            return stripe.FindLocked(instanceId);
        }
    }

    /// <summary>The client with this id; a new one, with the next number, when there is none.</summary>
    public RegistryClient FindOrAdd(UInt128 instanceId)
    {
        ClientStripe stripe = StripeOf(instanceId);
        lock (stripe.StripeLock)
        {
            RegistryClient? client = stripe.FindLocked(instanceId);
            if (client is null)
            {
                client = new RegistryClient(ClientKind.Native, id: "", instanceId) { Number = Interlocked.Increment(ref _numbers) };
                stripe.AddLocked(client);
                Interlocked.Increment(ref _count);
            }

            return client;
        }
    }

    /// <summary>Takes this client out; another one with its id stays. Does nothing when it is out already.</summary>
    public void Remove(RegistryClient client)
    {
        ClientStripe stripe = StripeOf(client.InstanceId);
        lock (stripe.StripeLock)
        {
            if (stripe.TryRemoveLocked(client))
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }

    private ClientStripe StripeOf(UInt128 instanceId) => _stripes[instanceId.GetHashCode() & (Stripes - 1)];
}

/// <summary>A part of the <see cref="ClientTable"/>, which takes its lock: buckets of clients that are linked through themselves.</summary>
/// <param name="stripes">Parts of the table. That part of the hash has chosen the stripe; the rest chooses the bucket.</param>
internal sealed class ClientStripe(int stripes)
{
    private RegistryClient?[] _buckets = new RegistryClient?[4];
    private int _count;

    /// <summary>Guards the buckets and the links of the clients in them.</summary>
    public Lock StripeLock { get; } = new();

    public RegistryClient? FindLocked(UInt128 instanceId)
    {
        RegistryClient? client = Bucket(instanceId);
        while (client is not null && client.InstanceId != instanceId)
        {
            client = client.NextInBucket;
        }

        return client;
    }

    /// <summary>Adds a client whose id is not there.</summary>
    public void AddLocked(RegistryClient client)
    {
        if (_count == _buckets.Length)
        {
            Grow();
        }

        Link(client);
        _count++;
    }

    /// <summary>False when this very client is not there.</summary>
    public bool TryRemoveLocked(RegistryClient client)
    {
        ref RegistryClient? head = ref Bucket(client.InstanceId);
        RegistryClient? before = null;
        RegistryClient? found = head;
        while (found is not null && found != client)
        {
            before = found;
            found = found.NextInBucket;
        }

        if (found is null)
        {
            return false;
        }

        if (before is null)
        {
            head = client.NextInBucket;
        }
        else
        {
            before.NextInBucket = client.NextInBucket;
        }

        client.NextInBucket = null;
        _count--;
        return true;
    }

    private void Grow()
    {
        RegistryClient?[] former = _buckets;
        _buckets = new RegistryClient?[former.Length * 2];
        foreach (RegistryClient? first in former)
        {
            RegistryClient? client = first;
            while (client is not null)
            {
                RegistryClient? next = client.NextInBucket;
                Link(client);
                client = next;
            }
        }
    }

    private void Link(RegistryClient client)
    {
        ref RegistryClient? head = ref Bucket(client.InstanceId);
        client.NextInBucket = head;
        head = client;
    }

    private ref RegistryClient? Bucket(UInt128 instanceId) => ref _buckets[((uint)instanceId.GetHashCode() / (uint)stripes) & (uint)(_buckets.Length - 1)];
}
