using FastRegistry.Load.Commands;
using FastRegistry.Load.Consoles;
using FastRegistry.Load.Generators;

namespace FastRegistry.Load.HttpComparison;

/// <summary><c>load http</c>: arguments, the pairs, the table, the exit code.</summary>
internal static class HttpCommand
{
    /// <exception cref="ArgumentError">An argument is wrong.</exception>
    /// <exception cref="CannotRunException">A server cannot be started, or a run was no measurement.</exception>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken interrupted)
    {
        if (arguments is ["--help" or "-h"])
        {
            Console.WriteLine(HttpArguments.Usage);
            return ExitCode.Done;
        }

        HttpArguments read = HttpArguments.Read(arguments);
        read.RequireRoom();
        IRunConsole console = read.Quiet ? new QuietConsole() : new RunConsole(Console.Error, !Console.IsErrorRedirected, TimeProvider.System);
        List<(HttpRun Product, HttpRun Bare)> pairs = await new HttpRunner(read, console).RunAsync(interrupted);
        if (pairs.Count == 0)
        {
            throw new CannotRunException("interrupted before the first pair was complete");
        }

        Console.Write(HttpText.Write(read, pairs));
        return interrupted.IsCancellationRequested || !HttpText.Holds(pairs) ? ExitCode.Failed : ExitCode.Done;
    }
}
