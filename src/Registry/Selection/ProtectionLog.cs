namespace FastRegistry.Registry.Selection;

/// <summary>Which filters saw a list of a service with metadata protected and which did not, so that a later delta knows what its receiver has.</summary>
/// <remarks>Copy on write; any thread. Bounded: filters beyond <see cref="MaximumFilters"/> are not remembered, and whoever has one gets every unhealthy instance
/// named in its delta.</remarks>
internal sealed class ProtectionLog
{
    private const int MaximumFilters = 8;

    private (InstanceFilter Filter, bool Reached)[] _seen = [];

    public void Note(InstanceFilter filter, bool reached)
    {
        (InstanceFilter Filter, bool Reached)[] seen = Volatile.Read(ref _seen);
        if (Find(filter) is null && seen.Length < MaximumFilters)
        {
            // A lost race forgets one filter, which costs bytes, never a wrong list.
            Volatile.Write(ref _seen, [.. seen, (filter, reached)]);
        }
    }

    /// <summary>Null when it is not known.</summary>
    public bool? Find(InstanceFilter filter)
    {
        foreach ((InstanceFilter seen, bool reached) in Volatile.Read(ref _seen))
        {
            if (seen.Equals(filter))
            {
                return reached;
            }
        }

        return null;
    }
}
