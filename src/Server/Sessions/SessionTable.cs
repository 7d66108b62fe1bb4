namespace FastRegistry.Server.Sessions;

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
    public SessionAdmission TryAdd(ClientSession session)
    {
        lock (_slotGate)
        {
            if (_closed || _count >= MaximumSessions)
            {
                return _closed ? SessionAdmission.Stopping : SessionAdmission.Full;
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

    /// <summary>The sessions of this moment.</summary>
    public ClientSession[] ToArray()
    {
        lock (_slotGate)
        {
            return [.. _slots.Where(static session => session is not null)!];
        }
    }
}
