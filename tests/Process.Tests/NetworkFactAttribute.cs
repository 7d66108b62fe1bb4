using System.Runtime.CompilerServices;
using Xunit.v3;

namespace FastRegistry.ProcessTests;

/// <summary>A test that makes network namespaces. Runs where FASTREGISTRY_SYSTEM_TESTS=1 is set, as .ci/run does, and the user may make them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NetworkFactAttribute : FactAttribute, ITraitAttribute
{
    private static readonly Lazy<string?> Obstacle = new(NetworkNamespace.Obstacle);

    public NetworkFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) =>
        Skip = Environment.GetEnvironmentVariable("FASTREGISTRY_SYSTEM_TESTS") != "1"
            ? "needs FASTREGISTRY_SYSTEM_TESTS=1 and network namespaces"
            : Obstacle.Value;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [KeyValuePair.Create("Category", "System")];
}
