using System.Collections.Immutable;

namespace FastRegistry.Client.Subscribing;

/// <summary>How one list of instances differs from another.</summary>
internal static class ListDifference
{
    /// <summary>A change without its service.</summary>
    public static ServiceChange Between(ImmutableArray<Instance> before, ImmutableArray<Instance> now)
    {
        Dictionary<InstanceIdentity, Instance> left = new(before.Length);
        foreach (Instance instance in before)
        {
            left[instance.Identity] = instance;
        }

        ImmutableArray<Instance>.Builder added = ImmutableArray.CreateBuilder<Instance>();
        ImmutableArray<Instance>.Builder modified = ImmutableArray.CreateBuilder<Instance>();
        foreach (Instance instance in now)
        {
            if (!left.Remove(instance.Identity, out Instance? former))
            {
                added.Add(instance);
            }
            else if (!instance.Equals(former))
            {
                modified.Add(instance);
            }
        }

        return new ServiceChange
        {
            Service = default,
            Instances = now,
            Added = added.DrainToImmutable(),
            Removed = [.. left.Values],
            Modified = modified.DrainToImmutable(),
        };
    }
}
