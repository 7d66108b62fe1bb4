namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>Which source an event is for: a slot and its generation, packed into the 64 bits that the kernel hands back.</summary>
/// <remarks>
/// One per loop and touched by its thread only. The generation grows whenever a slot is given up, so an event that was under way for a former source finds
/// nobody, although the slot and the descriptor have new owners.
/// </remarks>
internal sealed class SourceTable
{
    private const int FirstCapacity = 64;

    private ILoopSource?[] _sources = new ILoopSource?[FirstCapacity];
    private uint[] _generations = new uint[FirstCapacity];
    private int[] _nextFree = new int[FirstCapacity];
    private int _used;
    private int _firstFree = -1;

    /// <summary>Sources in it.</summary>
    public int Count { get; private set; }

    /// <summary>Gives a source a place; the result is its event data and never 0.</summary>
    public ulong Add(ILoopSource source)
    {
        int slot = _firstFree;
        if (slot >= 0)
        {
            _firstFree = _nextFree[slot];
        }
        else
        {
            slot = _used++;
            if (slot == _sources.Length)
            {
                Grow();
            }

            _generations[slot] = 1;
        }

        _sources[slot] = source;
        Count++;
        return ((ulong)_generations[slot] << 32) | (uint)slot;
    }

    /// <summary>The source of an event; null when it is gone.</summary>
    public ILoopSource? Find(ulong data)
    {
        uint slot = (uint)data;
        return slot < (uint)_used && _generations[slot] == (uint)(data >> 32) ? _sources[slot] : null;
    }

    /// <summary>Gives the place up; later events with this data find nobody.</summary>
    public void Remove(ulong data)
    {
        if (Find(data) is null)
        {
            return;
        }

        int slot = (int)(uint)data;
        _sources[slot] = null;
        uint next = _generations[slot] + 1;
        _generations[slot] = next == 0 ? 1 : next;
        _nextFree[slot] = _firstFree;
        _firstFree = slot;
        Count--;
    }

    /// <summary>Those that are in it now.</summary>
    public ILoopSource[] Snapshot() => [.. _sources.OfType<ILoopSource>()];

    private void Grow()
    {
        int capacity = _sources.Length * 2;
        Array.Resize(ref _sources, capacity);
        Array.Resize(ref _generations, capacity);
        Array.Resize(ref _nextFree, capacity);
    }
}
