namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>The parameters of a call, encoded, in the form of a query.</summary>
internal sealed class QueryText(string text)
{
    private readonly (string Name, string Value)[] _pairs =
    [
        .. text.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static pair => pair.Split('=', 2)).Select(static pair => (pair[0], pair.Length > 1 ? pair[1] : "")),
    ];

    /// <summary>The encoded value; null when it is absent.</summary>
    public string? Find(string name) => Array.Find(_pairs, pair => pair.Name == name).Value;

    public string Without(IEnumerable<string> names) => Join(_pairs.Where(pair => !names.Contains(pair.Name)));

    public string With(string name, string value) => Join(_pairs.Where(pair => pair.Name != name).Append((name, value)));

    private static string Join(IEnumerable<(string Name, string Value)> pairs) => string.Join('&', pairs.Select(static pair => $"{pair.Name}={pair.Value}"));
}
