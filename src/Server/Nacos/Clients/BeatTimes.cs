using FastRegistry.Registry.Instances;

namespace FastRegistry.Server.Nacos.Clients;

/// <summary>The three times of an instance that lives by beats: from its metadata where that says so in digits, else the defaults.</summary>
/// <param name="IntervalMilliseconds">Between two beats.</param>
/// <param name="TimeoutMilliseconds">Without a beat, until it is unhealthy.</param>
/// <param name="DeleteMilliseconds">Without a beat, until it is gone.</param>
internal readonly record struct BeatTimes(long IntervalMilliseconds, long TimeoutMilliseconds, long DeleteMilliseconds)
{
    public static BeatTimes Default { get; } = new(
        PreservedMetadata.DefaultBeatIntervalMilliseconds, PreservedMetadata.DefaultBeatTimeoutMilliseconds, PreservedMetadata.DefaultDeleteTimeoutMilliseconds);

    public static BeatTimes Of(Instance instance)
    {
        if (!instance.HasMetadata)
        {
            return Default;
        }

        return new BeatTimes(
            PreservedMetadata.MillisecondsOf(instance, PreservedMetadata.BeatInterval, Default.IntervalMilliseconds),
            PreservedMetadata.MillisecondsOf(instance, PreservedMetadata.BeatTimeout, Default.TimeoutMilliseconds),
            PreservedMetadata.MillisecondsOf(instance, PreservedMetadata.DeleteTimeout, Default.DeleteMilliseconds));
    }
}
