using FastRegistry.Registry.Instances;
using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Http.Parameters;

/// <summary>Makes a service's key of <c>namespaceId</c>, <c>groupName</c> and <c>serviceName</c>, whose name may carry its group: <c>group@@name</c>.</summary>
/// <remarks>After the parameter check: what gets here has legal characters. A name that carries its group wins over <c>groupName</c>, as in v1 of Nacos; v2 does the same
/// here, where Nacos would prefix it once more.</remarks>
internal static class ServiceNames
{
    public const string Separator = "@@";

    private const string BadFormat = "Param 'serviceName' is illegal, it should be format as 'groupName@@serviceName'";
    private const string NoGroup = "Param 'serviceName' is illegal, groupName can't be empty";

    /// <summary>The key of the service a request names.</summary>
    /// <exception cref="HttpError">The name is missing.</exception>
    public static ServiceKey Read(in RequestParameters parameters) => Of(parameters.Require("serviceName"), parameters.Find("groupName"), NamespaceOf(parameters));

    /// <summary>The same where v2 takes the grouped form only.</summary>
    /// <exception cref="HttpError">The name is missing, or has no group.</exception>
    public static ServiceKey ReadGrouped(in RequestParameters parameters) => OfGrouped(parameters.Require("serviceName"), NamespaceOf(parameters));

    /// <summary>Takes a grouped name apart.</summary>
    /// <exception cref="HttpError">It has no group, or no name.</exception>
    public static ServiceKey OfGrouped(string name, string @namespace)
    {
        if (!name.Contains(Separator, StringComparison.Ordinal))
        {
            throw HttpError.Illegal(BadFormat);
        }

        return FindBrokenGrouping(name) is { } broken ? throw HttpError.Illegal(broken) : Of(name, group: null, @namespace);
    }

    /// <summary>The namespace a request names; empty means the default.</summary>
    public static string NamespaceOf(in RequestParameters parameters) => parameters.Find("namespaceId") ?? ServiceKey.DefaultNamespace;

    /// <summary>What is wrong with a name that may be grouped; null when nothing is. The words are Nacos'.</summary>
    public static string? FindBrokenGrouping(string name)
    {
        int at = name.IndexOf(Separator, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        if (at + Separator.Length == name.Length)
        {
            return BadFormat;
        }

        return at == 0 ? NoGroup : null;
    }

    private static ServiceKey Of(string name, string? group, string @namespace)
    {
        int at = name.IndexOf(Separator, StringComparison.Ordinal);
        if (at < 0)
        {
            return new ServiceKey(@namespace, group ?? ServiceKey.DefaultGroup, name);
        }

        // v1 refused a broken grouping long before; v2 comes here with it.
        return FindBrokenGrouping(name) is { } broken ? throw HttpError.Illegal(broken) : new ServiceKey(@namespace, name[..at], name[(at + Separator.Length)..]);
    }
}
