using System.Buffers;
using System.Globalization;
using FastRegistry.Registry.Rules;
using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Http.Parameters;

/// <summary>Which parameters the parameter check covers: one set per family of endpoints, as in Nacos.</summary>
internal enum ParameterChecks
{
    /// <summary>None.</summary>
    None,

    /// <summary>Namespace, service, group, cluster, ip, port, metadata.</summary>
    Naming,

    /// <summary>Namespace, service, group, <c>clusters</c>.</summary>
    List,

    /// <summary>Namespace, service, group, ip, port; the endpoint checks those inside the beat.</summary>
    Beat,

    /// <summary>Namespace, service, group, metadata; the endpoint checks those of each element of <c>instances</c>.</summary>
    MetadataBatch,

    /// <summary>Namespace and its name for people.</summary>
    Console,
}

/// <summary>Nacos' parameter check: which parameters of a request are checked, and in which order. The first broken rule is reported.</summary>
internal static class ParameterCheck
{
    /// <param name="parameters">The parameters of the request.</param>
    /// <param name="checks">Which of them are checked.</param>
    /// <param name="isNamingV1">The endpoint belongs to v1 naming, which rejects a malformed grouped service name before every other check.</param>
    /// <exception cref="HttpError">A rule is broken.</exception>
    public static void Run(in RequestParameters parameters, ParameterChecks checks, bool isNamingV1)
    {
        if (checks == ParameterChecks.None)
        {
            return;
        }

        if (checks == ParameterChecks.Console)
        {
            CheckRules.CheckShowName(parameters.Find("namespaceName"));
            CheckRules.CheckNamespace(parameters.Find("namespaceId") ?? parameters.Find("customNamespaceId"));
            return;
        }

        string? name = parameters.Find("serviceName");
        if (isNamingV1 && name is not null && ServiceNames.FindBrokenGrouping(name) is { } broken)
        {
            // Nacos rejects it before all other checks.
            throw new HttpError($"Service name filter error,caused: {broken};", body: ErrorBody.Document);
        }

        CheckRules.CheckNamespace(parameters.Find("namespaceId"));
        CheckService(name ?? parameters.Find("serviceNameParam"), parameters.Find("groupName") ?? parameters.Find("groupNameParam"));
        switch (checks)
        {
            case ParameterChecks.List:
                CheckRules.CheckClusters(parameters.Find("clusters"));
                break;
            case ParameterChecks.Beat:
                CheckRules.CheckIp(parameters.Find("ip"));
                CheckRules.CheckPort(parameters.Find("port"));
                break;
            case ParameterChecks.MetadataBatch:
                CheckRules.CheckMetadata(MetadataText.Parse(parameters.Find("metadata")));
                break;
            default:
                CheckRules.CheckCluster(parameters.Find("clusterName") ?? parameters.Find("cluster"));
                CheckRules.CheckIp(parameters.Find("ip"));
                CheckRules.CheckPort(parameters.Find("port") ?? parameters.Find("checkPort"));
                CheckRules.CheckMetadata(MetadataText.Parse(parameters.Find("metadata")));
                break;
        }
    }

    private static void CheckService(string? name, string? group)
    {
        int at = name?.IndexOf(ServiceNames.Separator, StringComparison.Ordinal) ?? -1;
        CheckRules.CheckService(at < 0 ? name : name![(at + ServiceNames.Separator.Length)..]);
        CheckRules.CheckGroup(at < 0 ? group : name![..at]);
    }
}

/// <summary>The rules of Nacos' parameter check, each value on its own, in its words. Blank values pass: whether something is required is another
/// question.</summary>
/// <remarks>On top of Nacos' rules no name may hold a control character, as on every surface of this node (<see cref="NameRules"/>).</remarks>
internal static class CheckRules
{
    private const int MaximumShowNameLength = 256;

    private static readonly SearchValues<char> ShowNameForbidden = SearchValues.Create("@#$%^&*");

    // Includes the underscore, which a registration does not allow: Nacos' check is more lenient here than its registration.
    private static readonly SearchValues<char> ClusterCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    public static void CheckShowName(string? value) =>
        Check("namespaceShowName", value, MaximumShowNameLength, static text => !text.AsSpan().ContainsAny(ShowNameForbidden));

    public static void CheckNamespace(string? value) =>
        Check("namespaceId/tenant", value, NameRules.MaximumNamespaceLength, static text => NameRules.BrokenByNamespace(text) is null);

    public static void CheckService(string? value) =>
        Check("serviceName", value, NameRules.MaximumServiceLength, static text => NameRules.BrokenByService(text) is null);

    public static void CheckGroup(string? value) => Check("group", value, NameRules.MaximumGroupLength, static text => NameRules.BrokenByGroup(text) is null);

    public static void CheckCluster(string? value) =>
        Check("cluster", value, NameRules.MaximumClusterLength, static text => !text.AsSpan().ContainsAnyExcept(ClusterCharacters));

    /// <summary>Each of several clusters, separated by commas.</summary>
    public static void CheckClusters(string? value)
    {
        foreach (string cluster in (value ?? "").Split(','))
        {
            CheckCluster(cluster);
        }
    }

    public static void CheckIp(string? value) => Check("ip", value, NameRules.MaximumIpLength, static text => NameRules.BrokenByIp(text) is null);

    public static void CheckPort(string? value)
    {
        if (!string.IsNullOrWhiteSpace(value) && (!int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int port) || !IsPort(port)))
        {
            throw HttpError.Checked("Param 'port' is illegal, the value should be between 0 and 65535.");
        }
    }

    public static void CheckPort(int port)
    {
        if (!IsPort(port))
        {
            throw HttpError.Checked("Param 'port' is illegal, the value should be between 0 and 65535.");
        }
    }

    /// <summary>The sum of the lengths of all keys and values that are not blank.</summary>
    public static void CheckMetadata(IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        int length = 0;
        foreach ((string key, string value) in metadata)
        {
            length += (string.IsNullOrWhiteSpace(key) ? 0 : key.Length) + (string.IsNullOrWhiteSpace(value) ? 0 : value.Length);
        }

        if (length > NameRules.MaximumMetadataLength)
        {
            throw TooLong("Metadata", NameRules.MaximumMetadataLength);
        }
    }

    private static bool IsPort(int port) => NameRules.BrokenByPort(port) is null;

    private static void Check(string name, string? value, int maximumLength, Func<string, bool> isLegal)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return;
        }

        if (value.Length > maximumLength)
        {
            throw TooLong(name, maximumLength);
        }

        if (!isLegal(value))
        {
            throw HttpError.Checked($"Param '{name}' is illegal, illegal characters should not appear in the param.");
        }
    }

    private static HttpError TooLong(string name, int maximumLength) =>
        HttpError.Checked($"Param '{name}' is illegal, the param length should not exceed {maximumLength}.");
}
