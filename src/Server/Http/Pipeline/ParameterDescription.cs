namespace FastRegistry.Server.Http.Pipeline;

/// <summary>One parameter of an endpoint, for people and for the generated description.</summary>
/// <param name="Name">As it is sent, in the query or a form.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Text">One sentence.</param>
internal sealed record ParameterDescription(string Name, ParameterType Type, string Text)
{
    public bool IsRequired { get; init; }

    /// <summary>What counts when it is absent; null = nothing.</summary>
    public string? Default { get; init; }

    /// <summary>Other names it is taken under, the weakest last.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Part of the path, not of the query.</summary>
    public bool IsInPath { get; init; }

    /// <summary>It must be there.</summary>
    public static ParameterDescription Required(string name, ParameterType type, string text) => new(name, type, text) { IsRequired = true };

    /// <summary>It may be left out.</summary>
    public static ParameterDescription Optional(string name, ParameterType type, string? otherwise, string text) => new(name, type, text) { Default = otherwise };
}
