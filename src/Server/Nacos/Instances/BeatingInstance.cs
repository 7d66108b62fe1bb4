using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Nacos.Lists;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary>The instance that one ip:port publishes for one service, and the time of its last beat.</summary>
/// <remarks>
/// A beat comes on any thread and takes no lock: it stores the time and then reads the state. Everything else holds the lock of the client; the wheel's
/// thread decides whether the instance is unhealthy or gone. Both sides have a full fence between their store and their read, so when a beat and that
/// decision coincide, at least one sees the other. The instance lives until it is deregistered or expires.
/// </remarks>
internal sealed class BeatingInstance : IDeadlineOwner
{
    private const int Healthy = 0;
    private const int Unhealthy = 1;
    private const int Gone = 2;

    // Shorter times count as this: no client can beat so often, and the wheel would be busy with nothing else.
    private const int ShortestMilliseconds = 1_000;
    private const int LookAgainMilliseconds = 5_000;
    private const string ExemptKey = "enableClientBeat";

    private readonly IpPortClients _clients;
    private readonly TimingWheel _wheel;
    private int _wheelEntry;
    private int _timeoutMilliseconds;
    private int _deleteMilliseconds;
    private long _intervalMilliseconds = -1;
    private bool _isExempt;
    private long _lastBeat;
    private int _state;

    private BeatingInstance(IpPortClients clients, RegistryClient client, ServiceKey service, byte[] key)
    {
        _clients = clients;
        _wheel = clients.Wheel;
        Client = client;
        Service = service;
        Key = key;
    }

    public RegistryClient Client { get; }

    public ServiceKey Service { get; }

    /// <summary>See <see cref="InstanceKeyText"/>.</summary>
    public byte[] Key { get; }

    /// <summary>Guarded by the lock of the client: another registration of the same ip:port may have another cluster.</summary>
    public InstanceIdentity Identity { get; private set; }

    /// <summary>Gets the milliseconds between its beats from its metadata; -1 = not set, the node's default applies.</summary>
    public long IntervalMilliseconds => Volatile.Read(ref _intervalMilliseconds);

    /// <summary>Creates an instance with an entry on the wheel; null when the wheel has no room.</summary>
    public static BeatingInstance? TryCreate(IpPortClients clients, RegistryClient client, ServiceKey service, byte[] key)
    {
        BeatingInstance instance = new(clients, client, service, key);
        return clients.Wheel.TryAllocate(instance, out instance._wheelEntry) ? instance : null;
    }

    /// <summary>Takes a beat.</summary>
    /// <returns>False when the beat is too late: the instance is gone.</returns>
    public bool TryBeat()
    {
        long now = _wheel.Now;
        Interlocked.Exchange(ref _lastBeat, now);
        int state = Volatile.Read(ref _state);
        if (state == Gone)
        {
            return false;
        }

        _wheel.Touch(_wheelEntry, now);
        Client.LastRenewed = now;
        return state == Healthy || TryRecover(now);
    }

    /// <summary>Starts the times again after a registration, the first one or a repeated one.</summary>
    /// <param name="instance">The instance as it was registered.</param>
    /// <param name="shown">The instance as an override shows it; its metadata decides the times.</param>
    public void RenewLocked(Instance instance, Instance shown)
    {
        Identity = instance.Identity;
        Interlocked.Exchange(ref _lastBeat, _wheel.Now);
        Interlocked.Exchange(ref _state, instance.Healthy ? Healthy : Unhealthy);
        Client.LastRenewed = _lastBeat;
        SetTimesLocked(shown);
    }

    /// <summary>Takes the times from the metadata of the instance and counts them from its last beat.</summary>
    public void SetTimesLocked(Instance shown)
    {
        BeatTimes times = BeatTimes.Of(shown);
        _timeoutMilliseconds = (int)Math.Clamp(times.TimeoutMilliseconds, ShortestMilliseconds, int.MaxValue);
        _deleteMilliseconds = (int)Math.Clamp(times.DeleteMilliseconds, ShortestMilliseconds, int.MaxValue);
        Volatile.Write(ref _intervalMilliseconds, PreservedMetadata.MillisecondsOf(shown, PreservedMetadata.BeatInterval, -1));
        _isExempt = FlagText.IsWordForTrue(shown.FindMetadata(ExemptKey));
        Deadline next = NextLocked();
        _wheel.Arm(_wheelEntry, next.Start, next.TimeoutMilliseconds);
    }

    /// <summary>Ends the instance once it is no longer published.</summary>
    public void EndLocked()
    {
        Interlocked.Exchange(ref _state, Gone);
        _wheel.Release(_wheelEntry);
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        if (!_clients.Switches.Current.HealthCheckEnabled)
        {
            return Deadline.After(now, LookAgainMilliseconds);
        }

        lock (Client.ClientLock)
        {
            if (_state == Gone)
            {
                return Deadline.None;
            }

            if (_isExempt || IsServiceExempt())
            {
                return Deadline.After(now, LookAgainMilliseconds);
            }

            if (IsSilentFor(_deleteMilliseconds, now, Gone))
            {
                _clients.ExpireLocked(this);
                return Deadline.None;
            }

            if (_state == Healthy && IsSilentFor(_timeoutMilliseconds, now, Unhealthy))
            {
                SetHealthLocked(healthy: false);
            }

            return NextLocked();
        }
    }

    private bool TryRecover(long now)
    {
        lock (Client.ClientLock)
        {
            if (_state == Gone)
            {
                return false;
            }

            if (_state == Unhealthy)
            {
                Interlocked.Exchange(ref _state, Healthy);
                SetHealthLocked(healthy: true);
                Deadline next = NextLocked();
                _wheel.Arm(_wheelEntry, now, next.TimeoutMilliseconds);
            }

            return true;
        }
    }

    /// <summary>Checks whether no beat came for a time; if so, sets the state that follows from that.</summary>
    private bool IsSilentFor(int milliseconds, long now, int state)
    {
        if (_wheel.Effective(Volatile.Read(ref _lastBeat)) + milliseconds > now)
        {
            return false;
        }

        // Sets the state, then reads the beat once more, because a beat stores its time and then reads the state.
        int before = Interlocked.Exchange(ref _state, state);
        if (_wheel.Effective(Volatile.Read(ref _lastBeat)) + milliseconds <= now)
        {
            return true;
        }

        Interlocked.Exchange(ref _state, before);
        return false;
    }

    private Deadline NextLocked()
    {
        int timeout = _state == Healthy ? Math.Min(_timeoutMilliseconds, _deleteMilliseconds) : _deleteMilliseconds;
        return Deadline.After(Volatile.Read(ref _lastBeat), timeout);
    }

    private void SetHealthLocked(bool healthy)
    {
        if (_clients.Registry.TryGet(Service, out ServiceEntry? entry))
        {
            _clients.Registry.SetHealth(Client, entry, Identity, healthy);
        }
    }

    /// <summary>Checks whether the service switches the check off. The name of the key is misleading, but it means this in Nacos.</summary>
    private bool IsServiceExempt() => _clients.Registry.TryGet(Service, out ServiceEntry? entry)
        && entry.Metadata is { } metadata
        && metadata.ExtendData.TryGetValue(ExemptKey, out string? value)
        && FlagText.IsWordForTrue(value);
}
