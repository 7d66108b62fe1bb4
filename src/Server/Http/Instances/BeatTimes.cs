using System.Collections.Immutable;
using System.Globalization;

namespace FastRegistry.Server.Http.Instances;

/// <summary>The three times of an instance that lives by beats: from its metadata where that says so in digits, else the defaults.</summary>
/// <param name="IntervalMilliseconds">Between two beats.</param>
/// <param name="TimeoutMilliseconds">Without a beat, until it is unhealthy.</param>
/// <param name="DeleteMilliseconds">Without a beat, until it is gone.</param>
internal readonly record struct BeatTimes(long IntervalMilliseconds, long TimeoutMilliseconds, long DeleteMilliseconds)
{
    public const string IntervalKey = "preserved.heart.beat.interval";
    public const string TimeoutKey = "preserved.heart.beat.timeout";
    public const string DeleteKey = "preserved.ip.delete.timeout";

    /// <summary>5, 15 and 30 seconds.</summary>
    public static BeatTimes Default { get; } = new(5_000, 15_000, 30_000);

    public static BeatTimes Of(ImmutableArray<KeyValuePair<string, string>> metadata)
    {
        BeatTimes times = Default;
        foreach ((string key, string value) in metadata)
        {
            if (key.StartsWith("preserved.", StringComparison.Ordinal) && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds))
            {
                times = key switch
                {
                    IntervalKey => times with { IntervalMilliseconds = milliseconds },
                    TimeoutKey => times with { TimeoutMilliseconds = milliseconds },
                    DeleteKey => times with { DeleteMilliseconds = milliseconds },
                    _ => times,
                };
            }
        }

        return times;
    }
}
