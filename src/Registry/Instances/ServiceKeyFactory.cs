using FastRegistry.Registry.Rules;

namespace FastRegistry.Registry.Instances;

/// <summary>Makes valid service keys of what a request says.</summary>
internal static class ServiceKeyFactory
{
    /// <summary>Fills in the defaults and checks the rules.</summary>
    /// <param name="namespace">Empty = <paramref name="defaultNamespace"/>.</param>
    /// <param name="group">Empty = the default group.</param>
    /// <param name="name">Required.</param>
    /// <param name="defaultNamespace">The set-up's namespace.</param>
    /// <param name="key">The key when null is returned.</param>
    public static RequestError? TryCreate(string @namespace, string group, string name, string defaultNamespace, out ServiceKey key)
    {
        @namespace = @namespace.Length == 0 ? defaultNamespace : @namespace;
        group = group.Length == 0 ? ServiceKey.DefaultGroup : group;
        key = null!;
        if (NameRules.BrokenByNamespace(@namespace) is { } namespaceRule)
        {
            return RequestError.Invalid("namespace", namespaceRule);
        }

        if (NameRules.BrokenByGroup(group) is { } groupRule)
        {
            return RequestError.Invalid("group", groupRule);
        }

        if (NameRules.BrokenByService(name) is { } nameRule)
        {
            return RequestError.Invalid("name", nameRule);
        }

        key = new ServiceKey(@namespace, group, name);
        return null;
    }
}
