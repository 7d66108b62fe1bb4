using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Naming;

namespace FastRegistry.Server.Http.Instances;

/// <summary>What a registration or update must keep to beyond the parameter check, in Nacos' words.</summary>
internal static class InstanceRules
{
    /// <exception cref="HttpError">It is out of range.</exception>
    public static void CheckWeight(double weight)
    {
        if (NameRules.BrokenByWeight(weight) is not null)
        {
            throw HttpError.Illegal("instance format invalid: The weights range from 0.0 to 10000.0", ResultCode.WeightError);
        }
    }

    /// <summary>Stricter than the parameter check: no underscore.</summary>
    /// <exception cref="HttpError">It has other characters.</exception>
    public static void CheckCluster(string cluster)
    {
        if (NameRules.BrokenByCluster(cluster) is not null)
        {
            throw HttpError.Illegal(
                $"Instance 'clusterName' should be characters with only 0-9a-zA-Z-. (current: {HttpError.Quote(cluster)})", ResultCode.InstanceError);
        }
    }

    /// <exception cref="HttpError">An instance could be given up before its next beat is due.</exception>
    public static void CheckBeatTimes(in BeatTimes times)
    {
        if (times.TimeoutMilliseconds < times.IntervalMilliseconds || times.DeleteMilliseconds < times.IntervalMilliseconds)
        {
            throw HttpError.Illegal("Instance 'heart beat interval' must less than 'heart beat timeout' and 'ip delete timeout'.", ResultCode.InstanceError);
        }
    }
}
