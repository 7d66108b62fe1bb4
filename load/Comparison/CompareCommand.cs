using System.Text.Json;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Consoles;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Comparison;

/// <summary><c>load compare</c>: arguments, the pairs, the table.</summary>
internal static class CompareCommand
{
    /// <exception cref="ArgumentError">An argument is wrong.</exception>
    /// <exception cref="CannotRunException">A server cannot be started, or a run could not be finished.</exception>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken interrupted)
    {
        if (arguments is ["--help" or "-h"])
        {
            Console.WriteLine(CompareArguments.Usage);
            return ExitCode.Done;
        }

        CompareArguments read = CompareArguments.Read(arguments);
        JsonFile.RequireWritable(read.JsonFile);
        IRunConsole console = read.Quiet ? new QuietConsole() : new RunConsole(Console.Error, !Console.IsErrorRedirected, TimeProvider.System);
        ComparisonRunner runner = new(read, console);
        ComparisonReport report = await runner.RunAsync(interrupted);
        Console.Write(ComparisonText.Write(report));
        if (read.JsonFile is { } file)
        {
            await JsonFile.WriteAsync(file, JsonSerializer.SerializeToUtf8Bytes(report, ReportJson.Default.ComparisonReport));
        }

        return interrupted.IsCancellationRequested ? ExitCode.Failed : ExitCode.Done;
    }
}
