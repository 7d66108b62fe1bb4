using FastRegistry.Registry.Rules;

namespace FastRegistry.Registry.Push;

/// <summary>What the values of <see cref="PushOptions"/> may be.</summary>
internal static class PushOptionsRules
{
    private const int MaximumRetries = 1000;

    /// <summary>Throws when a value breaks a rule.</summary>
    public static void Check(PushOptions push)
    {
        TimeSpan maximum = push.MergeWindowMaximum;
        if (maximum < TimeSpan.Zero || maximum > TimeSpan.FromMinutes(1))
        {
            throw new ConfigurationError(PushOptions.MaximumKey, "must be between 00:00:00 (off) and 00:01:00");
        }

        if (push.MergeWindowMinimum < TimeSpan.FromMilliseconds(1) || (maximum > TimeSpan.Zero && push.MergeWindowMinimum > maximum))
        {
            throw new ConfigurationError(PushOptions.MinimumKey, $"must be between 00:00:00.0010000 and {PushOptions.MaximumKey} ({maximum})");
        }

        CheckAcks(push);
    }

    private static void CheckAcks(PushOptions push)
    {
        // Clients wait up to four fifths of it for other frames to take an ack along.
        CheckTime(PushOptions.AckDeadlineKey, push.AckDeadline, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        CheckTime(PushOptions.RetryMaximumKey, push.RetryMaximum, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
        CheckTime(PushOptions.RetryMinimumKey, push.RetryMinimum, TimeSpan.FromMilliseconds(10), push.RetryMaximum);
        if (push.Retries is < 0 or > MaximumRetries)
        {
            throw new ConfigurationError(PushOptions.RetriesKey, $"must be between 0 and {MaximumRetries}");
        }
    }

    private static void CheckTime(string key, TimeSpan value, TimeSpan minimum, TimeSpan maximum)
    {
        if (value < minimum || value > maximum)
        {
            throw new ConfigurationError(key, $"must be between {minimum} and {maximum}");
        }
    }
}
