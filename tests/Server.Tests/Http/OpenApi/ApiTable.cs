using System.Text;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Tests.Http.OpenApi;

/// <summary>The tables of <c>docs/http-api.md</c>, made of the endpoints' descriptions.</summary>
internal static class ApiTable
{
    public const string Begin = "<!-- begin of the generated part -->";
    public const string End = "<!-- end of the generated part -->";

    public static string Of(IReadOnlyList<EndpointDescription> endpoints)
    {
        StringBuilder text = new();
        text.Append(Begin).Append('\n');
        foreach (IGrouping<string, EndpointDescription> family in endpoints.GroupBy(FamilyOf))
        {
            text.Append("\n### ").Append(family.Key).Append("\n\n| endpoint | status | parameters | what it does, and where it differs from Nacos |\n|---|---|---|---|\n");
            foreach (EndpointDescription endpoint in family)
            {
                text.Append("| ").Append(string.Join("<br>", PathsOf(endpoint)))
                    .Append(" | ").Append(StatusOf(endpoint.State))
                    .Append(" | ").Append(ParametersOf(endpoint))
                    .Append(" | ").Append(Escape($"{endpoint.Summary} {endpoint.Note}{(endpoint.IsForOperators ? " From this machine only." : "")}".TrimEnd()))
                    .Append(" |\n");
            }
        }

        return text.Append('\n').Append(End).ToString();
    }

    private static string FamilyOf(EndpointDescription endpoint) => endpoint.IsOutsideContextPath
        ? "Own endpoints"
        : $"`/{string.Join('/', endpoint.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Take(endpoint.Path.StartsWith("/v", StringComparison.Ordinal) ? 3 : 1))}`";

    private static IEnumerable<string> PathsOf(EndpointDescription endpoint) =>
        from path in (IEnumerable<string>)[endpoint.Path, .. endpoint.OtherPaths]
        select $"`{string.Join(", ", (string[])[endpoint.Method, .. endpoint.OtherMethods])} {path.Replace("{**", "{", StringComparison.Ordinal)}`";

    private static string StatusOf(EndpointState state) => state switch
    {
        EndpointState.NotImplemented => "501",
        EndpointState.Partial => "in part",
        _ => "done",
    };

    private static string ParametersOf(EndpointDescription endpoint)
    {
        IEnumerable<string> parameters = endpoint.Parameters.Select(static parameter =>
        {
            string aliases = string.Concat(parameter.Aliases.Select(static alias => $" or `{alias}`"));
            return $"{(parameter.IsRequired ? "**" : "")}`{parameter.Name}`{(parameter.IsRequired ? "**" : "")}{aliases}{(parameter.Default is { } value ? $" ({value})" : "")}";
        });
        string body = endpoint.RequestExample is { } example ? $"JSON body `{example}`" : "";
        return Escape(string.Join(", ", parameters.Append(body).Where(static part => part.Length > 0)));
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
