using FastRegistry.Node.Limits;

namespace FastRegistry.Node.Sessions;

/// <summary>All sessions of the node in an array of slots: eight bytes each, quick to walk at a stop.</summary>
/// <remarks>Any thread; a short lock on coming and going, none on counting.</remarks>
/// <param name="maximumSessions">Sessions let in.</param>
/// <param name="limitText">Names the limit, for those who are not.</param>
internal sealed class SessionTable(int maximumSessions, string limitText)
{
    private readonly Lock _slotGate = new();
    private readonly Stack<int> _free = new();
    private ClientSession?[] _slots = new ClientSession?[64];
    private int _used;
    private int _count;
    private bool _closed;

    public int Count => Volatile.Read(ref _count);

    public int MaximumSessions { get; } = maximumSessions;

    public string LimitText { get; } = limitText;

    /// <summary>Takes a session in and gives it its slot.</summary>
    /// <param name="session">The session.</param>
    /// <param name="rule">The rule in force for all connections.</param>
    public SessionAdmission TryAdd(ClientSession session, LimitRule rule)
    {
        lock (_slotGate)
        {
            if (_closed)
            {
                return SessionAdmission.Stopping;
            }

            if (_count >= MaximumSessions || !rule.Allows(_count))
            {
                return _count >= MaximumSessions ? SessionAdmission.Full : SessionAdmission.BeyondRule;
            }

            if (!_free.TryPop(out int slot))
            {
                if (_used == _slots.Length)
                {
                    Array.Resize(ref _slots, _slots.Length * 2);
                }

                slot = _used++;
            }

            _slots[slot] = session;
            session.Slot = slot;
            _count++;
            return SessionAdmission.Admitted;
        }
    }

    public void Remove(int slot)
    {
        lock (_slotGate)
        {
            _slots[slot] = null;
            _free.Push(slot);
            _count--;
        }
    }

    /// <summary>Lets nobody in any more.</summary>
    public void Close()
    {
        lock (_slotGate)
        {
            _closed = true;
        }
    }

    /// <summary>The session in a slot; null when the slot is free or there is no such slot.</summary>
    public ClientSession? Find(int slot)
    {
        lock (_slotGate)
        {
            return slot >= 0 && slot < _used ? _slots[slot] : null;
        }
    }

    /// <summary>Copies the slots from <paramref name="first"/> on, free ones included; how many, 0 = there are no more. For walks that must not copy all at
    /// once.</summary>
    public int CopySlots(int first, Span<ClientSession?> into)
    {
        lock (_slotGate)
        {
            int count = Math.Clamp(_used - first, 0, into.Length);
            _slots.AsSpan(first, count).CopyTo(into);
            return count;
        }
    }

    /// <summary>The sessions of this moment.</summary>
    public ClientSession[] ToArray()
    {
        lock (_slotGate)
        {
            return [.. _slots.Where(static session => session is not null)!];
        }
    }
}
