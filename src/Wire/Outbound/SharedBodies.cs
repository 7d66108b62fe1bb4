namespace FastRegistry.Wire.Outbound;

/// <summary>The bodies of the open streams of all connections: each counts once in the budget, however many streams send it.</summary>
/// <remarks>
/// Thread-safe, under a lock that is held for a look-up and taken twice per stream, never per chunk. A body is told by the memory that it is, not by its content.
/// Bounds: an entry per open stream at most. What of a body is in an outbound chain counts there too, up to the high-water mark of each connection: the chain does
/// not know whose bytes they are.
/// </remarks>
internal sealed class SharedBodies(OutboundBudget budget)
{
    private readonly Lock _bodyLock = new();
    private readonly Dictionary<ReadOnlyMemory<byte>, int> _references = [];

    /// <summary>Different bodies that are held.</summary>
    public int Count
    {
        get
        {
            lock (_bodyLock)
            {
                return _references.Count;
            }
        }
    }

    /// <summary>One stream more holds the body.</summary>
    public void Add(ReadOnlyMemory<byte> body)
    {
        int references;
        lock (_bodyLock)
        {
            references = _references.GetValueOrDefault(body) + 1;
            _references[body] = references;
        }

        if (references == 1)
        {
            budget.Add(body.Length);
        }
    }

    /// <summary>One stream less holds it. The caller holds no lock, because the budget may tell its owner that it has drained.</summary>
    public void Remove(ReadOnlyMemory<byte> body)
    {
        int references;
        lock (_bodyLock)
        {
            references = _references[body] - 1;
            if (references == 0)
            {
                _references.Remove(body);
            }
            else
            {
                _references[body] = references;
            }
        }

        if (references == 0)
        {
            budget.Add(-body.Length);
        }
    }
}
