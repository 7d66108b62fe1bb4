using System.Globalization;

namespace FastRegistry.Registry.Instances;

/// <summary>The metadata keys that mean something to the server, as in Nacos (<c>PreservedMetadataKeys</c>).</summary>
internal static class PreservedMetadata
{
    /// <summary>Milliseconds between the beats of an HTTP client.</summary>
    public const string BeatInterval = "preserved.heart.beat.interval";

    /// <summary>Milliseconds without a beat until an instance is unhealthy.</summary>
    public const string BeatTimeout = "preserved.heart.beat.timeout";

    /// <summary>Milliseconds without a beat until it is removed.</summary>
    public const string DeleteTimeout = "preserved.ip.delete.timeout";

    /// <summary><c>simple</c> or <c>snowflake</c>.</summary>
    public const string IdGenerator = "preserved.instance.id.generator";

    public const string SimpleGenerator = "simple";

    public const string SnowflakeGenerator = "snowflake";

    public const long DefaultBeatIntervalMilliseconds = 5_000;

    public const long DefaultBeatTimeoutMilliseconds = 15_000;

    public const long DefaultDeleteTimeoutMilliseconds = 30_000;

    /// <summary>A time in milliseconds: the value when it is all digits, else the default, as Nacos takes it. Beyond what a long holds: the longest.</summary>
    public static long MillisecondsOf(Instance instance, string key, long defaultMilliseconds)
    {
        string? value = instance.FindMetadata(key);
        if (string.IsNullOrEmpty(value) || value.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return defaultMilliseconds;
        }

        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds) ? milliseconds : long.MaxValue;
    }

    /// <summary>The rule its preserved keys break, as the end of a sentence that starts with "metadata"; null = none.</summary>
    public static string? BrokenBy(Instance instance)
    {
        // Most instances have none of it.
        if (!instance.HasMetadata)
        {
            return null;
        }

        long interval = MillisecondsOf(instance, BeatInterval, DefaultBeatIntervalMilliseconds);
        if (MillisecondsOf(instance, BeatTimeout, DefaultBeatTimeoutMilliseconds) < interval)
        {
            return $"must not have a '{BeatTimeout}' shorter than '{BeatInterval}'";
        }

        if (MillisecondsOf(instance, DeleteTimeout, DefaultDeleteTimeoutMilliseconds) < interval)
        {
            return $"must not have a '{DeleteTimeout}' shorter than '{BeatInterval}'";
        }

        return instance.FindMetadata(IdGenerator) is null or SimpleGenerator or SnowflakeGenerator
            ? null
            : $"must have '{SimpleGenerator}' or '{SnowflakeGenerator}' under '{IdGenerator}'";
    }

    /// <summary>Its id is to be made by the node when it is first published.</summary>
    public static bool AwaitsId(Instance instance) => AsksForId(instance) && instance.ReadInstanceId() is null;

    /// <summary>Its id is made by the node unless it brings one.</summary>
    public static bool AsksForId(Instance instance) => instance.FindMetadata(IdGenerator) == SnowflakeGenerator;
}
