using System.Collections.Immutable;

namespace FastRegistry.Client.Choosing;

/// <summary>Chooses among the healthy, enabled instances of one list in proportion to their weights. Immutable; any thread.</summary>
internal sealed class WeightedPicker
{
    private readonly Instance[] _instances;

    // _upTo[i] = sum of the weights of the first i + 1 instances: a binary search finds the one a random point falls on.
    private readonly double[] _upTo;

    public WeightedPicker(ImmutableArray<Instance> instances, ImmutableArray<string> clusters = default)
    {
        List<Instance> eligible = [];
        List<double> upTo = [];
        double total = 0;
        foreach (Instance instance in instances)
        {
            if (instance is { Healthy: true, Enabled: true, Weight: > 0 } && (clusters.IsDefaultOrEmpty || clusters.Contains(instance.Cluster)))
            {
                total += instance.Weight;
                eligible.Add(instance);
                upTo.Add(total);
            }
        }

        _instances = [.. eligible];
        _upTo = [.. upTo];
    }

    /// <summary>One of them; null when there is none.</summary>
    /// <param name="random">A number from 0 up to but not including 1.</param>
    public Instance? Pick(double random)
    {
        if (_instances.Length == 0)
        {
            return null;
        }

        int found = Array.BinarySearch(_upTo, random * _upTo[^1]);

        // A point on a border belongs to the next one; rounding may put it on the last border.
        int index = found >= 0 ? found + 1 : ~found;
        return _instances[Math.Min(index, _instances.Length - 1)];
    }
}
