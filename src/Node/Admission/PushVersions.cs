using System.Diagnostics.CodeAnalysis;

namespace FastRegistry.Node.Admission;

/// <summary>From which version on clients of HTTP are pushed datagrams, by their language. The defaults are Nacos'.</summary>
internal sealed record PushVersions
{
    public Version Java { get; init; } = new(0, 1, 0);

    public Version Python { get; init; } = new(0, 4, 3);

    public Version C { get; init; } = new(1, 0, 12);

    public Version Go { get; init; } = new(0, 1, 0);

    public Version CSharp { get; init; } = new(0, 9, 0);

    /// <summary>Reads <c>language:n.n.n</c>, as Nacos' update call has it.</summary>
    public bool TrySet(string text, [NotNullWhen(true)] out PushVersions? changed)
    {
        string[] parts = text.Split(':', 2, StringSplitOptions.TrimEntries);
        changed = parts.Length == 2 && Version.TryParse(parts[1], out Version? version) && version is { Build: >= 0, Revision: < 0 } ? With(parts[0], version) : null;
        return changed is not null;
    }

    private PushVersions? With(string language, Version version) => language switch
    {
        "java" => this with { Java = version },
        "python" => this with { Python = version },
        "c" => this with { C = version },
        "go" => this with { Go = version },
        "csharp" => this with { CSharp = version },
        _ => null,
    };
}
