using System.Text.Json;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Consoles;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Servers;

namespace FastRegistry.Load.Restore;

/// <summary><c>load restore</c>: arguments, the run, the table, the exit code.</summary>
internal static class RestoreCommand
{
    /// <exception cref="ArgumentError">An argument is wrong.</exception>
    /// <exception cref="CannotRunException">A limit is too low, or the node cannot be started.</exception>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken interrupted)
    {
        if (arguments is ["--help" or "-h"])
        {
            Console.WriteLine(RestoreArguments.Usage);
            return ExitCode.Done;
        }

        RestoreArguments read = RestoreArguments.Read(arguments);
        JsonFile.RequireWritable(read.JsonFile);
        IRunConsole console = read.Quiet ? new QuietConsole() : new RunConsole(Console.Error, !Console.IsErrorRedirected, TimeProvider.System);
        string program = ServerProject.Product.Find(read.ServerProgram, AppContext.BaseDirectory);
        RestoreReport report = await new RestoreRunner(read.Settings, program, read.ServerArguments, console).RunAsync(interrupted);
        if (report.Parts.IsEmpty)
        {
            throw new CannotRunException("interrupted before the fleet was connected");
        }

        Console.Write(RestoreText.Write(report));
        if (read.JsonFile is { } file)
        {
            await JsonFile.WriteAsync(file, JsonSerializer.SerializeToUtf8Bytes(report, ReportJson.Default.RestoreReport));
        }

        return report.Passed ? ExitCode.Done : ExitCode.Failed;
    }
}
