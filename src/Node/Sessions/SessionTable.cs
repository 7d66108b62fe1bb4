using System.Globalization;
using FastRegistry.Node.Limits;

namespace FastRegistry.Node.Sessions;

/// <summary>All sessions of the node in an array of slots: eight bytes each, and quick to walk at a stop.</summary>
/// <remarks>One per node; thread-safe. Adding, removing and finding take the slot lock for a moment, counting takes none. No lock is taken under it.</remarks>
/// <param name="maximumSessions">Sessions that may be open at a time.</param>
/// <param name="limitText">Names the limit, for the goaway of those beyond it.</param>
internal sealed class SessionTable(int maximumSessions, string limitText)
{
    private readonly Lock _slotLock = new();
    private readonly Stack<int> _free = new();
    private ClientSession?[] _slots = new ClientSession?[64];
    private int _used;
    private int _count;
    private bool _closed;

    public int Count => Volatile.Read(ref _count);

    public int MaximumSessions { get; } = maximumSessions;

    public string LimitText { get; } = limitText;

    /// <summary>Adds a session and sets its slot, unless a limit or a stop forbids it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="rule">The rule in force for all connections.</param>
    public SessionAdmission TryAdd(ClientSession session, LimitRule rule)
    {
        lock (_slotLock)
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
        lock (_slotLock)
        {
            _slots[slot] = null;
            _free.Push(slot);
            _count--;
        }
    }

    /// <summary>Refuses every session from now on: the node is stopping.</summary>
    public void Close()
    {
        lock (_slotLock)
        {
            _closed = true;
        }
    }

    /// <summary>The session in a slot; null when the slot is free or there is no such slot.</summary>
    public ClientSession? Find(int slot)
    {
        lock (_slotLock)
        {
            return slot >= 0 && slot < _used ? _slots[slot] : null;
        }
    }

    /// <summary>Copies the slots from <paramref name="first"/> on, free ones included; how many, 0 = there are no more. For walks that must not copy all at
    /// once.</summary>
    public int CopySlots(int first, Span<ClientSession?> into)
    {
        lock (_slotLock)
        {
            int count = Math.Clamp(_used - first, 0, into.Length);
            _slots.AsSpan(first, count).CopyTo(into);
            return count;
        }
    }

    /// <summary>The sessions of this moment.</summary>
    public ClientSession[] ToArray()
    {
        lock (_slotLock)
        {
            return [.. _slots.Where(static session => session is not null)!];
        }
    }
}

/// <summary>Whether a session was added, and if not, why.</summary>
internal enum SessionAdmission
{
    Admitted,

    /// <summary>The node has as many as it can hold.</summary>
    Full,

    /// <summary>The node has as many as the rules file allows.</summary>
    BeyondRule,
    Stopping,
}

/// <summary>How operators name a connection: the node's incarnation, the session's slot and its number, as <c>1700000000000_17_4711</c>.</summary>
/// <remarks>It says nothing about the client instance id, which is a secret. One of another life of the node finds nothing.</remarks>
/// <param name="Incarnation">Start time of the node.</param>
/// <param name="Slot">Place in the table of sessions.</param>
/// <param name="Session">Number of the session.</param>
internal readonly record struct ConnectionId(ulong Incarnation, int Slot, long Session)
{
    public static bool TryParse(string text, out ConnectionId id)
    {
        id = default;
        string[] parts = text.Split('_');
        if (parts.Length != 3
            || !ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong incarnation)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int slot)
            || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out long session))
        {
            return false;
        }

        id = new ConnectionId(incarnation, slot, session);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Incarnation}_{Slot}_{Session}");
}
