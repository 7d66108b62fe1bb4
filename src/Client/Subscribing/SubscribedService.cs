using FastRegistry.Client.Connecting;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Client.Subscribing;

/// <summary>One service this client is subscribed to: one subscription at the server, one list in memory, any number of views.</summary>
/// <remarks>
/// Owned by the <see cref="SubscriptionTable"/>, which guards <see cref="Users"/> and <see cref="IsKept"/>; lives while it has users or is kept. Lists come from
/// the receive path and from answers, under a short lock that also orders what the views are offered.
/// </remarks>
internal sealed class SubscribedService(ServiceKey key)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<RegistryException?> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ServiceView> _views = [];
    private ServiceSnapshot? _current;
    private ServerSession? _session;
    private ulong _subscriptionId;

    // A whole list has been asked for and has not come. What does not fit until then is remembered by the version it led to.
    private bool _isAsking;
    private ServiceVersion? _missed;
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
    public bool TryBegin(ServerSession session, ulong subscriptionId, out ulong former)
    {
        lock (_lock)
        {
            former = _subscriptionId;
            if (_isEnded || _session == session)
            {
                return false;
            }

            _session = session;
            _subscriptionId = subscriptionId;
            _isAsking = true;
            _missed = null;
            return true;
        }
    }

    /// <summary>The request failed; another may be made on the same session.</summary>
    public bool Failed(ulong subscriptionId)
    {
        lock (_lock)
        {
            if (_isEnded || _subscriptionId != subscriptionId)
            {
                return false;
            }

            _session = null;
            _subscriptionId = 0;
            return true;
        }
    }

    /// <summary>There will be no first list.</summary>
    public void Refused(RegistryException failure) => _first.TrySetResult(failure);

    /// <summary>Takes a pushed list in when it belongs to the subscription of now and is newer.</summary>
    public void ApplyPush(ulong subscriptionId, Messages.Snapshot message)
    {
        lock (_lock)
        {
            if (_isEnded || _subscriptionId != subscriptionId)
            {
                return;
            }

            ShowLocked(ServiceSnapshot.Next(_current, message));
        }

        _first.TrySetResult(null);
    }

    /// <summary>Takes the list that was asked for. True: a delta came meanwhile that leads beyond it, and the caller must ask again.</summary>
    public bool ApplyReply(ulong subscriptionId, Messages.Snapshot message)
    {
        bool askAgain;
        lock (_lock)
        {
            if (_isEnded || _subscriptionId != subscriptionId)
            {
                return false;
            }

            ShowLocked(ServiceSnapshot.Next(_current, message));
            askAgain = _missed is { } missed && _current is { } current && !(missed.IsSameEpoch(current.Version) && missed.Revision <= current.Version.Revision);
            _missed = null;
            _isAsking = askAgain;
        }

        _first.TrySetResult(null);
        return askAgain;
    }

    /// <summary>Applies a delta. A session is returned when it builds on a list that is not here: the caller must ask that session for a whole one.</summary>
    public ServerSession? ApplyDelta(ulong subscriptionId, Messages.SnapshotDelta delta)
    {
        lock (_lock)
        {
            if (_isEnded || _subscriptionId != subscriptionId)
            {
                return null;
            }

            DeltaOutcome outcome = ServiceSnapshot.Apply(_current, delta, out ServiceSnapshot? next);
            ShowLocked(next);
            if (outcome != DeltaOutcome.DoesNotFit)
            {
                return null;
            }

            if (_isAsking)
            {
                _missed = ServiceSnapshot.VersionOf(delta);
                return null;
            }

            _isAsking = true;
            return _session;
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
    public (ServerSession? Session, ulong SubscriptionId) End()
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
            return (_session, _subscriptionId);
        }
    }

    private void ShowLocked(ServiceSnapshot? next)
    {
        if (next is null)
        {
            return;
        }

        Volatile.Write(ref _current, next);
        foreach (ServiceView view in _views)
        {
            view.Offer(next);
        }
    }
}
