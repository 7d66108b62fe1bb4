using System.Runtime.CompilerServices;
using Xunit.v3;

namespace FastRegistry.ProcessTests;

/// <summary>A test that starts real processes and ends them the hard way. Runs where FASTREGISTRY_SYSTEM_TESTS=1 is set, as .ci/run does.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProcessFactAttribute : FactAttribute, ITraitAttribute
{
    public ProcessFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        if (Environment.GetEnvironmentVariable("FASTREGISTRY_SYSTEM_TESTS") != "1" || !OperatingSystem.IsLinux())
        {
            Skip = "needs Linux and FASTREGISTRY_SYSTEM_TESTS=1 (process chaos)";
        }
    }

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [KeyValuePair.Create("Category", "System")];
}
