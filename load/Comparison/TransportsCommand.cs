using System.Text.Json;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Consoles;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Comparison;

/// <summary><c>load transports</c>: arguments, the sides, the table, the exit code.</summary>
internal static class TransportsCommand
{
    /// <exception cref="ArgumentError">An argument is wrong.</exception>
    /// <exception cref="CannotRunException">A limit is too low, a server cannot be started, or a run could not be finished.</exception>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken interrupted)
    {
        if (arguments is ["--help" or "-h"])
        {
            Console.WriteLine(TransportsArguments.Usage);
            return ExitCode.Done;
        }

        TransportsArguments read = TransportsArguments.Read(arguments);
        JsonFile.RequireWritable(read.JsonFile);
        IRunConsole console = read.Quiet ? new QuietConsole() : new RunConsole(Console.Error, !Console.IsErrorRedirected, TimeProvider.System);
        TransportsReport report = await new TransportsRunner(read, console).RunAsync(interrupted);
        if (report.Sides.IsEmpty)
        {
            throw new CannotRunException("interrupted before the first side was complete");
        }

        Console.Write(TransportsText.Write(report));
        if (read.JsonFile is { } file)
        {
            await JsonFile.WriteAsync(file, JsonSerializer.SerializeToUtf8Bytes(report, ReportJson.Default.TransportsReport));
        }

        return report.Passed && !interrupted.IsCancellationRequested ? ExitCode.Done : ExitCode.Failed;
    }
}
