using System.Diagnostics.CodeAnalysis;

namespace FastRegistry.Node.Admission;

/// <summary>Holds the switches of this node: one volatile read tells them, an update replaces them as a whole.</summary>
/// <remarks>
/// One per node, lives as long as it; any thread. Observers are notified after a change, one call at a time and without a lock held, by one of the threads that made changes;
/// several changes may share one call, and the last call has the newest switches. What an update sets is lost when the process ends.
/// </remarks>
internal sealed class SwitchBoard(Switches initial, ILogger log)
{
    private Switches _current = initial;

    // Changes that observers have not been notified of. The thread that raises it from 0 notifies them until it is 0 again.
    private int _pendingChanges;

    /// <summary>Called with the switches after a change. Must be short: the updating thread runs it.</summary>
    public event Action<Switches>? Changed;

    /// <summary>Called without switches by every thread that has changed them, before its update returns; <see cref="Changed"/> may come later, from another
    /// thread. For what must be in force when the operator has his answer.</summary>
    public event Action? Replaced;

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
                    Replaced?.Invoke();
                    log.SwitchChanged(entry.DocumentName, value.ReplaceLineEndings(" ").Trim());
                    NotifyObservers();
                }

                return true;
            }
        }
    }

    private void NotifyObservers()
    {
        if (Interlocked.Increment(ref _pendingChanges) != 1)
        {
            return;
        }

        int notified;
        do
        {
            // Counted before the switches are read: whatever is counted is in them.
            notified = Volatile.Read(ref _pendingChanges);
            Switches current = Current;
            foreach (Delegate observer in Changed?.GetInvocationList() ?? [])
            {
                Notify((Action<Switches>)observer, current);
            }
        }
        while (Interlocked.Add(ref _pendingChanges, -notified) != 0);
    }

    private void Notify(Action<Switches> observer, Switches current)
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

/// <summary>The log lines about the switches.</summary>
internal static partial class SwitchLog
{
    [LoggerMessage(60, LogLevel.Information, "Switch {Switch} is now {Value}")]
    public static partial void SwitchChanged(this ILogger log, string @switch, string value);

    [LoggerMessage(61, LogLevel.Error, "An observer of the switches failed")]
    public static partial void SwitchObserverFault(this ILogger log, Exception fault);
}
