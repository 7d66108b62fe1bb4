using FastRegistry.Registry.Services;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Timing;
using Google.Protobuf;

namespace FastRegistry.Node.Sessions;

/// <summary>Tells every client when what its set-up reply said of the cluster has changed, at most once a second.</summary>
/// <remarks>
/// One per node; thread-safe. A change only stores the new state and arms a wheel entry; a request worker walks the sessions and sends the newest state. A session
/// whose output has no room is asked again a second later. Bounded by the sessions.
/// </remarks>
internal sealed class NodeInfoBroadcast : IDeadlineOwner, IWorkItem
{
    private const int LeastMilliseconds = 1_000;
    private const int RetryMilliseconds = 100;
    private const int SessionsAtATime = 256;

    private readonly SessionServices _services;
    private readonly int _entry;
    private readonly Lock _stateLock = new();
    private List<ClientSession> _refused = [];
    private long _sentAt = long.MinValue / 2;
    private bool _hasChanged;
    private bool _isRunning;

    public NodeInfoBroadcast(SessionServices services)
    {
        _services = services;
        _entry = services.Wheel.Allocate(this);
    }

    /// <summary>The cluster has changed: set-up replies say so from now on, and every client is told.</summary>
    public void Announce(ClusterState state)
    {
        lock (_stateLock)
        {
            _services.SetupReplies.State = state;
            _hasChanged = true;
            long now = _services.Wheel.Now;
            _services.Wheel.Arm(_entry, now, (int)Math.Clamp(_sentAt + LeastMilliseconds - now, 1, LeastMilliseconds));
        }
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now) => _services.Requests.TryAdd(this) ? Deadline.None : Deadline.After(now, RetryMilliseconds);

    void IWorkItem.Run()
    {
        bool all;
        ClusterState state;
        List<ClientSession> former;
        lock (_stateLock)
        {
            if (_isRunning)
            {
                // The worker that is running arms the entry again when it is through.
                return;
            }

            _isRunning = true;
            all = _hasChanged;
            _hasChanged = false;
            _sentAt = _services.Wheel.Now;
            state = _services.SetupReplies.State;
            former = _refused;
        }

        // Without the lock: each append may send.
        NodeInfo message = new() { SeesMajority = state.SeesMajority };
        message.ClientAddresses.AddRange(state.ClientAddresses);
        byte[] body = message.ToByteArray();
        List<ClientSession> refused = [];
        if (all)
        {
            SendToAll(body, refused);
        }
        else
        {
            refused.AddRange(former.Where(session => !session.TrySendNodeInfo(body)));
        }

        lock (_stateLock)
        {
            _isRunning = false;
            _refused = refused;
            if (refused.Count > 0 || _hasChanged)
            {
                _services.Wheel.Arm(_entry, _sentAt, LeastMilliseconds);
            }
        }
    }

    private void SendToAll(byte[] body, List<ClientSession> refused)
    {
        ClientSession?[] some = new ClientSession?[SessionsAtATime];
        int first = 0;
        while (_services.Sessions.CopySlots(first, some) is var count and > 0)
        {
            first += count;
            for (int i = 0; i < count; i++)
            {
                if (some[i] is { } session && !session.TrySendNodeInfo(body))
                {
                    refused.Add(session);
                }
            }
        }
    }
}
