using FastRegistry.Load.Commands;
using FastRegistry.Load.Consoles;
using FastRegistry.Load.Generators;

namespace FastRegistry.Load.HttpComparison;

/// <summary><c>load beats</c>: arguments, the pairs, the table, the exit code.</summary>
internal static class BeatsCommand
{
    /// <exception cref="ArgumentError">An argument is wrong.</exception>
    /// <exception cref="CannotRunException">A server cannot be started, or a run was no measurement.</exception>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken interrupted)
    {
        if (arguments is ["--help" or "-h"])
        {
            Console.WriteLine(BeatsArguments.Usage);
            return ExitCode.Done;
        }

        BeatsArguments read = BeatsArguments.Read(arguments);
        read.RequireRoom();
        IRunConsole console = read.Quiet ? new QuietConsole() : new RunConsole(Console.Error, !Console.IsErrorRedirected, TimeProvider.System);
        List<(BeatsRun Product, BeatsRun Bare)> pairs = await new BeatsRunner(read, console).RunAsync(interrupted);
        if (pairs.Count == 0)
        {
            throw new CannotRunException("interrupted before the first pair was complete");
        }

        Console.Write(BeatsText.Write(read, pairs));
        return interrupted.IsCancellationRequested || !BeatsText.Holds(read, pairs) ? ExitCode.Failed : ExitCode.Done;
    }
}
