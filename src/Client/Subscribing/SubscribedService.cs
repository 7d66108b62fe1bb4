using FastRegistry.Client.Connecting;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Client.Subscribing;

/// <summary>One service this client is subscribed to: one subscription at the server, one list in memory, any number of views.</summary>
/// <remarks>
/// <para>
/// Owned by the <see cref="SubscriptionTable"/>, which guards <see cref="Users"/> and <see cref="IsKept"/>; lives while it has users or is kept. Lists come from
/// the receive path, under a short lock that also orders what the views are offered.
/// </para>
/// <para>
/// A subscription begins with the list that the client holds, or with none; its first push is a list, or builds on the one that was named. Until then the pushes
/// of the former session still count, so that a client that moves misses nothing. A push that does not fit has the same subscription asked for again (it is
/// <em>mended</em>); until that is answered, what does not fit is on its way since before and is dropped.
/// </para>
/// </remarks>
internal sealed class SubscribedService(ServiceKey key)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<RegistryException?> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ServiceView> _views = [];
    private ServiceSnapshot? _current;
    private ServerSession? _session;
    private ulong _subscriptionId;

    // Of the session before, while the first push of this one has not come.
    private ulong _formerId;

    // What the server was told that this client has, while the first push has not come.
    private ServiceSnapshot? _held;
    private bool _awaitsFirst;
    private bool _isMending;
    private bool _needsMending;
    private bool _isEnded;

    public ServiceKey Key { get; } = key;

    /// <summary>Callbacks, streams and calls that need it.</summary>
    public int Users { get; set; }

    /// <summary>Somebody asked for its instances: it stays for the life of the client.</summary>
    public bool IsKept { get; set; }

    /// <summary>The newest list; null before the first.</summary>
    public ServiceSnapshot? Current => Volatile.Read(ref _current);

    /// <summary>Completes with the first list, with the reason why there will be none, or when the client is disposed.</summary>
    public Task<RegistryException?> First => _first.Task;

    /// <summary>Claims the subscription on a session. False: it is subscribed there already, or no longer wanted.</summary>
    /// <param name="session">The session.</param>
    /// <param name="subscriptionId">A new id.</param>
    /// <param name="held">The list to name in the request; null = none.</param>
    /// <param name="dropped">An id that is no longer listened to; 0 = none.</param>
    public bool TryBegin(ServerSession session, ulong subscriptionId, out Messages.HeldList? held, out ulong dropped)
    {
        lock (_lock)
        {
            held = null;
            dropped = 0;
            if (_isEnded || _session == session)
            {
                return false;
            }

            if (_subscriptionId != 0)
            {
                (dropped, _formerId) = (_formerId, _subscriptionId);
            }

            _session = session;
            _subscriptionId = subscriptionId;
            held = NameHeldLocked();
            _awaitsFirst = true;
            _isMending = false;
            _needsMending = false;
            return true;
        }
    }

    /// <summary>Claims to ask a session again for the subscription it has, after a push that was lost. False: there is nothing to mend.</summary>
    /// <param name="session">The session.</param>
    /// <param name="subscriptionId">The subscription. It is asked for without a list that is held: only a whole list is certain to be the answer.</param>
    public bool TryMend(ServerSession session, out ulong subscriptionId)
    {
        lock (_lock)
        {
            subscriptionId = _subscriptionId;
            if (_isEnded || _session != session || _subscriptionId == 0 || _isMending || !_needsMending)
            {
                return false;
            }

            _needsMending = false;
            _isMending = true;
            return true;
        }
    }

    /// <summary>The server has answered: the subscription is in place.</summary>
    /// <returns>True when it must be mended again.</returns>
    public bool Answered(ulong subscriptionId)
    {
        lock (_lock)
        {
            if (_subscriptionId != subscriptionId)
            {
                return false;
            }

            _isMending = false;
            return _needsMending;
        }
    }

    /// <summary>The subscription is not in place on its session; another may be made there unless it <paramref name="isOver"/> for this session.</summary>
    public bool Failed(ulong subscriptionId, bool isOver)
    {
        lock (_lock)
        {
            if (_isEnded || _subscriptionId != subscriptionId)
            {
                return false;
            }

            _session = isOver ? _session : null;
            _subscriptionId = 0;
            _isMending = false;
            return true;
        }
    }

    /// <summary>There will be no first list.</summary>
    public void Refused(RegistryException failure) => _first.TrySetResult(failure);

    /// <summary>Takes a whole list in when it belongs to the subscription of now, or of before, and is newer.</summary>
    /// <param name="subscriptionId">The subscription.</param>
    /// <param name="message">The list.</param>
    /// <param name="digests">One number per instance; null = not known.</param>
    /// <param name="dropped">An id that is no longer listened to; 0 = none.</param>
    public void TakeList(ulong subscriptionId, Messages.Snapshot message, ulong[]? digests, out ulong dropped)
    {
        lock (_lock)
        {
            dropped = 0;
            if (!IsMineLocked(subscriptionId))
            {
                return;
            }

            ServiceSnapshot.Apply(_current, message, digests, out ServiceSnapshot? next);
            dropped = TookLocked(subscriptionId, next);
        }

        _first.TrySetResult(null);
    }

    /// <summary>Takes a delta in. A session is returned when it builds on a list that is not here: the caller must have the subscription mended there.</summary>
    public ServerSession? TakeDelta(ulong subscriptionId, Messages.SnapshotDelta delta, ulong[]? digests, out ulong dropped)
    {
        lock (_lock)
        {
            dropped = 0;
            if (!IsMineLocked(subscriptionId))
            {
                return null;
            }

            PushEffect effect = ServiceSnapshot.Apply(_current, KnownLocked(subscriptionId), delta, digests, out ServiceSnapshot? next);
            if (effect == PushEffect.DoesNotFit)
            {
                return MissedLocked(subscriptionId);
            }

            dropped = TookLocked(subscriptionId, next);
            return null;
        }
    }

    /// <summary>Takes the news in that the list is the list of another version. As <see cref="TakeDelta"/>.</summary>
    public ServerSession? TakeUnchanged(ulong subscriptionId, Messages.SnapshotUnchanged unchanged, out ulong dropped)
    {
        lock (_lock)
        {
            dropped = 0;
            if (!IsMineLocked(subscriptionId))
            {
                return null;
            }

            // While a gap is being mended, this may be about a list that was never here.
            if (_isMending && subscriptionId == _subscriptionId && !ServiceSnapshot.IsAt(_current, unchanged))
            {
                return null;
            }

            PushEffect effect = ServiceSnapshot.Apply(_current, KnownLocked(subscriptionId), unchanged, out ServiceSnapshot? next);
            if (effect == PushEffect.DoesNotFit)
            {
                return MissedLocked(subscriptionId);
            }

            dropped = TookLocked(subscriptionId, next);
            return null;
        }
    }

    /// <summary>A push of the subscription was given up while it arrived. True: the subscription has to be mended.</summary>
    public bool TakeReset(ulong subscriptionId)
    {
        lock (_lock)
        {
            bool isMine = !_isEnded && subscriptionId != 0 && subscriptionId == _subscriptionId;
            _needsMending |= isMine;
            return isMine && !_isMending;
        }
    }

    /// <summary>Adds a view, which is offered the list as it is.</summary>
    public void Add(ServiceView view)
    {
        lock (_lock)
        {
            if (_isEnded)
            {
                view.Complete();
                return;
            }

            _views.Add(view);
            if (_current is { } current)
            {
                view.Offer(current);
            }
        }
    }

    public void Remove(ServiceView view)
    {
        lock (_lock)
        {
            _views.Remove(view);
        }

        view.Complete();
    }

    /// <summary>Nobody wants it any more. Returns where it was subscribed.</summary>
    public (ServerSession? Session, ulong SubscriptionId, ulong FormerId) End()
    {
        lock (_lock)
        {
            _isEnded = true;
            foreach (ServiceView view in _views)
            {
                view.Complete();
            }

            _views.Clear();
            _first.TrySetResult(null);
            return (_session, _subscriptionId, _formerId);
        }
    }

    private bool IsMineLocked(ulong subscriptionId) => !_isEnded && (subscriptionId == _subscriptionId || subscriptionId == _formerId) && subscriptionId != 0;

    /// <summary>The list that the server takes this client to have.</summary>
    private ServiceSnapshot? KnownLocked(ulong subscriptionId) => _awaitsFirst && subscriptionId == _subscriptionId ? _held : _current;

    private Messages.HeldList? NameHeldLocked()
    {
        Messages.HeldList? held = _current?.ToHeld();
        _held = held is null ? null : _current;
        return held;
    }

    /// <summary>A push was taken in. Returns an id that is no longer listened to.</summary>
    private ulong TookLocked(ulong subscriptionId, ServiceSnapshot? next)
    {
        if (next is not null)
        {
            Volatile.Write(ref _current, next);
            foreach (ServiceView view in _views)
            {
                view.Offer(next);
            }
        }

        if (subscriptionId != _subscriptionId)
        {
            return 0;
        }

        ulong former = _formerId;
        _awaitsFirst = false;
        _held = null;
        _formerId = 0;
        return former;
    }

    private ServerSession? MissedLocked(ulong subscriptionId)
    {
        if (subscriptionId != _subscriptionId || _isMending)
        {
            return null;
        }

        _needsMending = true;
        return _session;
    }
}
