using System.Diagnostics.CodeAnalysis;
using FastRegistry.Node.Observability;

namespace FastRegistry.Node.Admission;

/// <summary>Holds the switches of this node: one volatile read tells them, an update replaces them as a whole.</summary>
/// <remarks>
/// One per node, lives as long as it; any thread. Observers are told after a change, one call at a time and without a lock, by one of the threads that made changes;
/// several changes may be one call, and the last call has the newest switches. What an update sets is gone with the process.
/// </remarks>
internal sealed class SwitchBoard(Switches initial, ILogger log)
{
    private Switches _current = initial;

    // Changes observers have not been told of. Who raises it from 0 tells them until it is 0 again.
    private int _untold;

    /// <summary>Called with the switches after a change. Must be short: the updating thread runs it.</summary>
    public event Action<Switches>? Changed;

    public Switches Current => Volatile.Read(ref _current);

    /// <summary>Sets one switch.</summary>
    /// <param name="name">As Nacos spells it, by case.</param>
    /// <param name="value">As an operator writes it.</param>
    /// <param name="error">One line that names entry and rule, when false is returned.</param>
    public bool TryUpdate(string name, string value, [NotNullWhen(false)] out string? error)
    {
        if (SwitchEntries.Find(name) is not { } entry)
        {
            error = $"{name} is no switch; there are {string.Join(", ", SwitchEntries.All.Select(static known => known.Name))}";
            return false;
        }

        while (true)
        {
            Switches before = Current;
            if (!entry.TryApply(before, value, out Switches? after, out string? brokenRule))
            {
                error = $"{name} {brokenRule}";
                return false;
            }

            // By reference: another thread's change must not get lost although it looks the same.
            if (ReferenceEquals(Interlocked.CompareExchange(ref _current, after, before), before))
            {
                error = null;
                if (after != before)
                {
                    log.SwitchChanged(entry.DocumentName, value.ReplaceLineEndings(" ").Trim());
                    TellObservers();
                }

                return true;
            }
        }
    }

    private void TellObservers()
    {
        if (Interlocked.Increment(ref _untold) != 1)
        {
            return;
        }

        int told;
        do
        {
            // Counted before the switches are read: whatever is counted is in them.
            told = Volatile.Read(ref _untold);
            Switches current = Current;
            foreach (Delegate observer in Changed?.GetInvocationList() ?? [])
            {
                Tell((Action<Switches>)observer, current);
            }
        }
        while (Interlocked.Add(ref _untold, -told) != 0);
    }

    private void Tell(Action<Switches> observer, Switches current)
    {
        try
        {
            observer(current);
        }
#pragma warning disable CA1031 // One observer that fails must cost neither the others nor the operator's call; the log has the exception.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            log.SwitchObserverFault(fault);
        }
    }
}
