using System.Runtime.CompilerServices;
using Xunit.v3;

namespace FastRegistry.ProcessTests;

/// <summary>A test that runs the npm package nacos against a real server. Runs where FASTREGISTRY_NODE_MODULES names a folder it is installed in, as in .ci/run.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeFactAttribute : FactAttribute, ITraitAttribute
{
    public NodeFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        if (Modules.Length == 0 || !OperatingSystem.IsLinux())
        {
            Skip = "needs Linux, Node 20 and FASTREGISTRY_NODE_MODULES (npm install in tests/Process.Tests/Node)";
        }
    }

    /// <summary>The folder with package.json and node_modules.</summary>
    public static string Modules => Environment.GetEnvironmentVariable("FASTREGISTRY_NODE_MODULES") ?? "";

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [KeyValuePair.Create("Category", "System")];
}
