namespace FastRegistry.Load.Running;

/// <summary>Places for iterations of open phases, the last one returned first.</summary>
/// <remarks>Only the load thread takes, so it can take all returned ones at once and no thread sees a place come back behind its back; any thread returns.
/// Owned by an <see cref="OpenLoad"/>.</remarks>
/// <param name="maximum">Places there can be.</param>
internal sealed class OpenIterationPool(LoadSession session, int maximum)
{
    private readonly List<OpenIteration> _all = [];
    private OpenIteration? _free;
    private OpenIteration? _returned;

    /// <summary>For the load thread.</summary>
    public IEnumerable<IterationContext> Places => _all;

    /// <returns>Null when all are in use.</returns>
    public OpenIteration? TryTake()
    {
        _free ??= Interlocked.Exchange(ref _returned, null);
        if (_free is { } taken)
        {
            _free = taken.NextFree;
            return taken;
        }

        if (_all.Count == maximum)
        {
            return null;
        }

        OpenIteration added = new(session, this, _all.Count);
        _all.Add(added);
        return added;
    }

    public void Return(OpenIteration place)
    {
        OpenIteration? head = Volatile.Read(ref _returned);
        while (true)
        {
            place.NextFree = head;
            OpenIteration? seen = Interlocked.CompareExchange(ref _returned, place, head);
            if (ReferenceEquals(seen, head))
            {
                return;
            }

            head = seen;
        }
    }
}
