using System.Collections.Immutable;
using System.Reflection;

namespace FastRegistry.Load.Generators;

/// <summary>The command line that starts a generator: this program again, with <see cref="Argument"/> alone.</summary>
internal static class GeneratorCommand
{
    /// <summary>The only argument of a generator process.</summary>
    public const string Argument = "generator";

    public static ImmutableArray<string> OfThisProgram()
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("the system does not tell this program's path");

        // 'dotnet FastRegistry.Load.dll' as well as the executable beside it.
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, Assembly.GetEntryAssembly()!.Location, Argument]
            : [program, Argument];
    }
}
