using System.Text;
using FastRegistry.Registry.Instances;
using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Http.Parameters;

/// <summary>Makes a service's key of <c>namespaceId</c>, <c>groupName</c> and <c>serviceName</c>, whose name may carry its group: <c>group@@name</c>.</summary>
/// <remarks>Runs after the parameter check, so the names have legal characters only. A name that carries its group wins over <c>groupName</c>, as in v1 of
/// Nacos; v2 does the same here, where Nacos would prefix it once more.</remarks>
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

        // In v1 the parameter check has already rejected a malformed grouped name; in v2 it is rejected here.
        return FindBrokenGrouping(name) is { } broken ? throw HttpError.Illegal(broken) : new ServiceKey(@namespace, name[..at], name[(at + Separator.Length)..]);
    }
}

/// <summary>Reads the key of the service that a request names without allocating strings, in the form that the service table looks up.</summary>
/// <remarks>For frequent calls. Nothing is checked: a name that breaks a rule belongs to no service, so the look-up fails and the slow path reports the
/// reason.</remarks>
internal static class ServiceKeyText
{
    /// <summary>Room for any usual key; longer keys take the slow path.</summary>
    public const int MaximumBytes = 1536;

    private static readonly byte[] DefaultNamespace = Encoding.UTF8.GetBytes(ServiceKey.DefaultNamespace);
    private static readonly byte[] DefaultGroup = Encoding.UTF8.GetBytes(ServiceKey.DefaultGroup);

    /// <summary>Writes <c>namespace 0 group 0 name</c>.</summary>
    /// <returns>Bytes written; -1 when there is no name, or no room.</returns>
    public static int TryRead(in RequestParameters parameters, Span<byte> destination)
    {
        int written = parameters.ReadUtf8("namespaceId", destination);
        if (written < 0)
        {
            return -1;
        }

        if (written == 0)
        {
            written = Put(DefaultNamespace, destination);
        }

        destination[written++] = 0;
        int name = parameters.ReadUtf8("serviceName", destination[written..]);
        if (name <= 0)
        {
            return -1;
        }

        int at = destination.Slice(written, name).IndexOf("@@"u8);
        if (at >= 0)
        {
            // The separator of two bytes becomes one zero byte.
            destination[written + at] = 0;
            destination.Slice(written + at + 2, name - at - 2).CopyTo(destination[(written + at + 1)..]);
            return written + name - 1;
        }

        return InsertGroup(parameters, destination, written, name);
    }

    private static int InsertGroup(in RequestParameters parameters, Span<byte> destination, int start, int nameBytes)
    {
        // The group is decoded behind the name, because its length is not known before; three reversals then swap the two.
        Span<byte> behind = destination[(start + nameBytes)..];
        int group = parameters.ReadUtf8("groupName", behind);
        if (group == 0 && behind.Length > DefaultGroup.Length)
        {
            group = Put(DefaultGroup, behind);
        }

        if (group <= 0 || behind.Length < group + 1)
        {
            return -1;
        }

        behind[group] = 0;
        group++;
        Span<byte> both = destination.Slice(start, nameBytes + group);
        both[..nameBytes].Reverse();
        both[nameBytes..].Reverse();
        both.Reverse();
        return start + both.Length;
    }

    private static int Put(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        text.CopyTo(destination);
        return text.Length;
    }
}
