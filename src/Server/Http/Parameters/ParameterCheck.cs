using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Http.Parameters;

/// <summary>Nacos' parameter check: which parameters of a request are looked at, and in which order. The first broken rule counts.</summary>
internal static class ParameterCheck
{
    /// <exception cref="HttpError">A rule is broken.</exception>
    public static void Run(in RequestParameters parameters, ParameterChecks checks, ApiStyle style)
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
        if (style == ApiStyle.NamingV1 && name is not null && ServiceNames.FindBrokenGrouping(name) is { } broken)
        {
            // Nacos refuses it in front of all checks.
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
