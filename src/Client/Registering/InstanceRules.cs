namespace FastRegistry.Client.Registering;

/// <summary>What an instance must look like before it is sent.</summary>
internal static class InstanceRules
{
    public const double MaximumWeight = 10_000;

    /// <exception cref="RegistryException">A rule is broken; the field is named.</exception>
    public static void Check(IReadOnlyList<Instance> instances, bool single)
    {
        ArgumentNullException.ThrowIfNull(instances);
        if (instances.Count == 0)
        {
            throw RegistryException.Invalid("instances", "at least one is needed");
        }

        HashSet<InstanceIdentity> seen = [];
        for (int index = 0; index < instances.Count; index++)
        {
            string prefix = single ? "" : $"instances[{index}].";
            Instance instance = instances[index] ?? throw RegistryException.Invalid($"instances[{index}]", "must not be null");
            Check(instance, prefix);
            if (!seen.Add(instance.Identity))
            {
                throw RegistryException.Invalid($"instances[{index}]", "the same cluster, ip and port comes twice");
            }
        }
    }

    private static void Check(Instance instance, string prefix)
    {
        if (string.IsNullOrWhiteSpace(instance.Ip))
        {
            throw RegistryException.Invalid(prefix + "ip", "must not be empty");
        }

        if (instance.Port is < 0 or > ushort.MaxValue)
        {
            throw RegistryException.Invalid(prefix + "port", $"{instance.Port} is not between 0 and 65535");
        }

        // Written so that NaN fails as well.
        if (!(instance.Weight >= 0 && instance.Weight <= MaximumWeight))
        {
            throw RegistryException.Invalid(prefix + "weight", $"{instance.Weight} is not between 0 and {MaximumWeight}");
        }

        if (string.IsNullOrEmpty(instance.Cluster) || !instance.Cluster.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-'))
        {
            throw RegistryException.Invalid(prefix + "cluster", $"'{instance.Cluster}' must be letters, digits or '-'");
        }

        if (instance.Metadata is null || instance.Metadata.ContainsKey(""))
        {
            throw RegistryException.Invalid(prefix + "metadata", "must not be null or have an empty key");
        }
    }
}
