using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>The errors that follow from what an endpoint takes, as the specification words them: made of a call that succeeds by spoiling one value.</summary>
internal static class GeneratedErrors
{
    private const string Characters = "illegal characters should not appear in the param.";

    // Parameter, a value with characters it must not have, its name in the message, its longest value, and the checks that look at it.
    private static readonly (string Parameter, string Bad, string Name, int Maximum, ParameterChecks[] Checks)[] Rules =
    [
        ("namespaceId", "a.b", "namespaceId/tenant", 64, [ParameterChecks.Naming, ParameterChecks.List, ParameterChecks.Beat, ParameterChecks.MetadataBatch, ParameterChecks.Console]),
        ("customNamespaceId", "a.b", "namespaceId/tenant", 64, [ParameterChecks.Console]),
        ("namespaceName", "a%23b", "namespaceShowName", 256, [ParameterChecks.Console]),
        ("serviceName", "a%20b", "serviceName", 512, [ParameterChecks.Naming, ParameterChecks.List, ParameterChecks.Beat, ParameterChecks.MetadataBatch]),
        ("groupName", "a!b", "group", 128, [ParameterChecks.Naming, ParameterChecks.List, ParameterChecks.Beat, ParameterChecks.MetadataBatch]),
        ("clusterName", "a.b", "cluster", 64, [ParameterChecks.Naming]),
        ("cluster", "a.b", "cluster", 64, [ParameterChecks.Naming]),
        ("clusters", "a.b", "cluster", 64, [ParameterChecks.List]),
        ("ip", "1%202", "ip", 128, [ParameterChecks.Naming, ParameterChecks.Beat]),
    ];

    public static IEnumerable<ErrorCase> Of(EndpointDescription endpoint, EndpointCase call) =>
        [.. Missing(endpoint, call), .. NotANumber(endpoint, call), .. NotAFlag(endpoint, call), .. Checked(endpoint, call), .. BrokenGrouping(endpoint, call)];

    /// <summary>Whether an endpoint of v1 naming reads a parameter that was declared, which words its absence differently.</summary>
    private static bool IsDeclared(EndpointDescription endpoint) =>
        endpoint.Path.StartsWith("/v1/ns/catalog/", StringComparison.Ordinal)
        || endpoint.Path.StartsWith("/v1/ns/operator/", StringComparison.Ordinal)
        || endpoint.Path == "/v1/ns/instance/statuses"
        || (endpoint.Path == "/v1/ns/service" && endpoint.Method != "PUT");

    private static string MissingText(EndpointDescription endpoint, string name, string type)
    {
        string path = endpoint.Path;
        if (path.StartsWith("/v1/ns/", StringComparison.Ordinal))
        {
            return IsDeclared(endpoint) ? $"Parameter '{name}' is missing" : $"Param '{name}' is required.";
        }

        if (path == "/v2/ns/catalog/instances" || path.StartsWith("/v1/console/", StringComparison.Ordinal) || path.StartsWith("/v1/auth", StringComparison.Ordinal)
            || path == "/v1/core/ops/log")
        {
            return $"Parameter '{name}' is missing";
        }

        if (path.StartsWith("/v2/console/", StringComparison.Ordinal) || path.StartsWith("/v2/core/cluster/", StringComparison.Ordinal))
        {
            return $"required parameter '{name}' is missing";
        }

        if (path.StartsWith("/v2/ns/", StringComparison.Ordinal))
        {
            bool isForm = path switch
            {
                "/v2/ns/instance" => endpoint.Method is "POST" or "PUT" or "DELETE",
                "/v2/ns/service" => endpoint.Method is "POST" or "PUT",
                "/v2/ns/instance/metadata/batch" or "/v2/ns/health" or "/v2/ns/operator/switches" => true,
                _ => false,
            };
            return isForm ? $"Required parameter '{name}' type {type} is not present" : $"Required request parameter '{name}' for method parameter type {type} is not present";
        }

        return $"Param '{name}' is required.";
    }

    private static IEnumerable<ErrorCase> Missing(EndpointDescription endpoint, EndpointCase call)
    {
        QueryText query = new(call.Query);
        foreach (ParameterDescription parameter in endpoint.Parameters.Where(parameter => parameter.IsRequired && !parameter.IsInPath && !call.JudgedOtherwise.Contains(parameter.Name)))
        {
            string type = parameter.Type switch { ParameterType.WholeNumber => "Integer", ParameterType.Number => "Double", ParameterType.Flag => "Boolean", _ => "String" };
            ErrorCase error = new(ErrorClass.Missing, query.Without([parameter.Name, .. parameter.Aliases]), 400, ResultCode.ParameterMissing, MissingText(endpoint, parameter.Name, type));
            yield return error;
            if (!call.MayBeEmpty.Contains(parameter.Name))
            {
                yield return error with { Query = $"{error.Query}&{parameter.Name}=" };
            }
        }
    }

    private static IEnumerable<ErrorCase> NotANumber(EndpointDescription endpoint, EndpointCase call)
    {
        QueryText query = new(call.Query);
        foreach (ParameterDescription parameter in endpoint.Parameters.Where(parameter => !parameter.IsInPath && !call.JudgedOtherwise.Contains(parameter.Name)))
        {
            bool isChecked = endpoint.Checks is ParameterChecks.Naming or ParameterChecks.Beat && parameter.Name is "port" or "checkPort";
            string[] values = parameter.Type switch { ParameterType.WholeNumber => ["x", "99999999999", "1.5"], ParameterType.Number => ["x", "0x1"], _ => [] };
            foreach (string value in values)
            {
                yield return isChecked
                    ? Refused(query.With(parameter.Name, value), "Param 'port' is illegal, the value should be between 0 and 65535.")
                    : new ErrorCase(ErrorClass.NotANumber, query.With(parameter.Name, value), 400, ResultCode.ParameterValidateError, $"For input string: \"{value}\"");
            }

            if (isChecked)
            {
                yield return Refused(query.With(parameter.Name, "65536"), "Param 'port' is illegal, the value should be between 0 and 65535.");
            }
        }
    }

    private static IEnumerable<ErrorCase> NotAFlag(EndpointDescription endpoint, EndpointCase call) =>
        from parameter in endpoint.Parameters
        where endpoint.Style == ApiStyle.V2 && parameter.Type == ParameterType.Flag && !call.JudgedOtherwise.Contains(parameter.Name)
        select new ErrorCase(
            ErrorClass.NotAFlag,
            new QueryText(call.Query).With(parameter.Name, "maybe"),
            400,
            ResultCode.ParameterValidateError,
            $"Param '{parameter.Name}' is illegal, it must be true or false, not \"maybe\".");

    private static IEnumerable<ErrorCase> Checked(EndpointDescription endpoint, EndpointCase call)
    {
        QueryText query = new(call.Query);
        HashSet<string> taken = [.. endpoint.Parameters.SelectMany(static parameter => parameter.Aliases.Append(parameter.Name))];
        foreach ((string parameter, string bad, string name, int maximum, ParameterChecks[] checks) in Rules)
        {
            if (!taken.Contains(parameter) || call.JudgedOtherwise.Contains(parameter) || !checks.Contains(endpoint.Checks))
            {
                continue;
            }

            // A name that carries its group takes the place of the group.
            QueryText rest = parameter == "groupName" ? new QueryText(query.With("serviceName", "s")) : new QueryText(query.Without(["clusterName", "cluster"]));
            yield return Refused(rest.With(parameter, bad), $"Param '{name}' is illegal, {Characters}");
            yield return Refused(rest.With(parameter, new string('a', maximum + 1)), $"Param '{name}' is illegal, the param length should not exceed {maximum}.");
        }

        if (taken.Contains("metadata") && endpoint.Checks is ParameterChecks.Naming or ParameterChecks.MetadataBatch)
        {
            yield return Refused(query.With("metadata", $"k%3D{new string('v', 1024)}"), "Param 'Metadata' is illegal, the param length should not exceed 1024.");
            yield return new ErrorCase(ErrorClass.Checked, query.With("metadata", "odd"), 400, ResultCode.InstanceMetadataError, "metadata format incorrect:odd");
        }
    }

    private static IEnumerable<ErrorCase> BrokenGrouping(EndpointDescription endpoint, EndpointCase call)
    {
        if (endpoint.Path.StartsWith("/v1/ns/", StringComparison.Ordinal) && endpoint.Parameters.Any(static parameter => parameter.Name == "serviceName"))
        {
            QueryText query = new(call.Query);
            foreach ((string name, string rule) in new[] { ("g@@", "it should be format as 'groupName@@serviceName'"), ("@@s", "groupName can't be empty") })
            {
                string message = $"Service name filter error,caused: Param 'serviceName' is illegal, {rule};";
                yield return new ErrorCase(ErrorClass.BrokenGrouping, query.With("serviceName", name), 400, ResultCode.ParameterValidateError, message)
                {
                    Body = ErrorForm.Document(400, "Bad Request", message, $"/nacos{endpoint.Path}"),
                };
            }
        }
    }

    /// <summary>In the line of the parameter check, which has no type.</summary>
    private static ErrorCase Refused(string query, string text) =>
        new(ErrorClass.Checked, query, 400, ResultCode.ParameterValidateError, text) { Body = $"{text}\r\n" };
}
