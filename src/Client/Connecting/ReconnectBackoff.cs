namespace FastRegistry.Client.Connecting;

/// <summary>Waits between attempts: doubled each time up to a maximum, with jitter so that many clients do not come back together.</summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class ReconnectBackoff(TimeSpan minimum, TimeSpan maximum, Random random)
{
    private int _attempts;

    /// <summary>No attempt has failed since the last reset.</summary>
    public bool IsFresh => _attempts == 0;

    /// <summary>The next wait: between half of it and all of it.</summary>
    public TimeSpan Next()
    {
        double full = Math.Min(maximum.TotalMilliseconds, minimum.TotalMilliseconds * Math.Pow(2, Math.Min(_attempts, 30)));
        _attempts++;
        return TimeSpan.FromMilliseconds(full * (0.5 + (random.NextDouble() / 2)));
    }

    public void Reset() => _attempts = 0;
}
