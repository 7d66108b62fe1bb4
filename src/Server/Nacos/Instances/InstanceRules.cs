using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Nacos.Clients;

namespace FastRegistry.Server.Nacos.Instances;

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
    private static void CheckCluster(string cluster)
    {
        if (NameRules.BrokenByCluster(cluster) is not null)
        {
            throw HttpError.Illegal(
                $"Instance 'clusterName' should be characters with only 0-9a-zA-Z-. (current: {HttpError.Quote(cluster)})", ResultCode.InstanceError);
        }
    }

    /// <summary>All rules of a registration or update.</summary>
    /// <exception cref="HttpError">One is broken.</exception>
    public static void Check(Instance instance)
    {
        CheckWeight(instance.Weight);
        BeatTimes times = BeatTimes.Of(instance);
        if (times.TimeoutMilliseconds < times.IntervalMilliseconds || times.DeleteMilliseconds < times.IntervalMilliseconds)
        {
            throw HttpError.Illegal("Instance 'heart beat interval' must less than 'heart beat timeout' and 'ip delete timeout'.", ResultCode.InstanceError);
        }

        CheckCluster(instance.Identity.Cluster);
        if (PreservedMetadata.BrokenBy(instance) is { } rule)
        {
            throw HttpError.Illegal($"Param 'metadata' is illegal, it {rule}.", ResultCode.InstanceError);
        }
    }
}
