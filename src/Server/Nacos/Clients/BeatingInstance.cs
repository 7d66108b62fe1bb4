using FastRegistry.Node.Admission;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Nacos.Clients;

/// <summary>What one ip:port publishes for one service, and the time since its last beat.</summary>
/// <remarks>
/// Any thread beats: one store and one look at the state. Everything else holds the client's gate; the wheel's thread judges. Store and look are ordered by a full
/// fence on both sides, so of a beat and a verdict that meet, one sees the other. Lives until it is deregistered or expires.
/// </remarks>
internal sealed class BeatingInstance : IDeadlineOwner
{
    private const int Healthy = 0;
    private const int Unhealthy = 1;
    private const int Gone = 2;

    // Shorter times are taken as this: nobody can beat so often, and the wheel has better things to do.
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

    /// <summary>Guarded by the client's gate: another registration of the same ip:port may have another cluster.</summary>
    public InstanceIdentity Identity { get; private set; }

    /// <summary>Milliseconds between its beats where its metadata says so; -1 = as everybody.</summary>
    public long IntervalMilliseconds => Volatile.Read(ref _intervalMilliseconds);

    /// <summary>Null when the wheel has no room.</summary>
    public static BeatingInstance? TryCreate(IpPortClients clients, RegistryClient client, ServiceKey service, byte[] key)
    {
        BeatingInstance instance = new(clients, client, service, key);
        return clients.Wheel.TryAllocate(instance, out instance._wheelEntry) ? instance : null;
    }

    /// <summary>A sign of life.</summary>
    /// <returns>False when it came too late: the instance is gone.</returns>
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

    /// <summary>It was registered, again perhaps.</summary>
    /// <param name="instance">As it was registered.</param>
    /// <param name="shown">As an override shows it: that decides the times.</param>
    public void RenewHoldingGate(Instance instance, Instance shown)
    {
        Identity = instance.Identity;
        Interlocked.Exchange(ref _lastBeat, _wheel.Now);
        Interlocked.Exchange(ref _state, instance.Healthy ? Healthy : Unhealthy);
        Client.LastRenewed = _lastBeat;
        SetTimesHoldingGate(shown);
    }

    /// <summary>Takes the times of its metadata and counts them from the last beat.</summary>
    public void SetTimesHoldingGate(Instance shown)
    {
        BeatTimes times = BeatTimes.Of(shown);
        _timeoutMilliseconds = (int)Math.Clamp(times.TimeoutMilliseconds, ShortestMilliseconds, int.MaxValue);
        _deleteMilliseconds = (int)Math.Clamp(times.DeleteMilliseconds, ShortestMilliseconds, int.MaxValue);
        Volatile.Write(ref _intervalMilliseconds, PreservedMetadata.MillisecondsOf(shown, PreservedMetadata.BeatInterval, -1));
        _isExempt = FlagText.IsWordForTrue(shown.FindMetadata(ExemptKey));
        Deadline next = NextHoldingGate();
        _wheel.Arm(_wheelEntry, next.Start, next.TimeoutMilliseconds);
    }

    /// <summary>It is not published any more.</summary>
    public void EndHoldingGate()
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
                _clients.ExpireHoldingGate(this);
                return Deadline.None;
            }

            if (_state == Healthy && IsSilentFor(_timeoutMilliseconds, now, Unhealthy))
            {
                SetHealth(healthy: false);
            }

            return NextHoldingGate();
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
                SetHealth(healthy: true);
                Deadline next = NextHoldingGate();
                _wheel.Arm(_wheelEntry, now, next.TimeoutMilliseconds);
            }

            return true;
        }
    }

    /// <summary>Whether no beat came for a time; if so it is in the state that follows from it.</summary>
    private bool IsSilentFor(int milliseconds, long now, int state)
    {
        if (_wheel.Effective(Volatile.Read(ref _lastBeat)) + milliseconds > now)
        {
            return false;
        }

        // First the state, then the beat once more: a beat stores, then looks at the state.
        int before = Interlocked.Exchange(ref _state, state);
        if (_wheel.Effective(Volatile.Read(ref _lastBeat)) + milliseconds <= now)
        {
            return true;
        }

        Interlocked.Exchange(ref _state, before);
        return false;
    }

    private Deadline NextHoldingGate()
    {
        int timeout = _state == Healthy ? Math.Min(_timeoutMilliseconds, _deleteMilliseconds) : _deleteMilliseconds;
        return Deadline.After(Volatile.Read(ref _lastBeat), timeout);
    }

    private void SetHealth(bool healthy)
    {
        if (_clients.Registry.TryGet(Service, out ServiceEntry? entry))
        {
            _clients.Registry.SetHealth(Client, entry, Identity, healthy);
        }
    }

    /// <summary>The name of the key misleads: as in Nacos it switches the check off.</summary>
    private bool IsServiceExempt() => _clients.Registry.TryGet(Service, out ServiceEntry? entry)
        && entry.Metadata is { } metadata
        && metadata.ExtendData.TryGetValue(ExemptKey, out string? value)
        && FlagText.IsWordForTrue(value);
}
