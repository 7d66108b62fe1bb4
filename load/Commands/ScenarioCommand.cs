using System.Text.Json;
using FastRegistry.Load.Consoles;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Commands;

/// <summary><c>load SCENARIO</c>: arguments, servers, the run, the report, the exit code.</summary>
internal static class ScenarioCommand
{
    /// <exception cref="ArgumentError">An argument is wrong.</exception>
    /// <exception cref="CannotRunException">A limit is too low, or a server does not answer.</exception>
    public static async Task<int> RunAsync(ScenarioDefinition definition, string[] arguments, CancellationToken interrupted)
    {
        if (arguments is ["--help" or "-h"])
        {
            Console.WriteLine(ScenarioUsage.Of(definition));
            return ExitCode.Done;
        }

        ScenarioArguments read = ScenarioArguments.Read(definition, arguments);
        JsonFile.RequireWritable(read.JsonFile);
        ReportFiles.RequireFolder(read.ReportFolder);
        IRunConsole console = read.Quiet ? new QuietConsole() : new RunConsole(Console.Error, !Console.IsErrorRedirected, TimeProvider.System);
        await using ServersForRun servers = await ServersForRun.FindAsync(read, console.Note, interrupted);
        LoadReport report = await ScenarioRun.RunAsync(read.Settings with { Servers = servers.Addresses }, read.Generators, read.Thresholds, console, interrupted);
        Console.Write(TextReport.Write(report));
        await WriteFilesAsync(read, report);
        return report.Passed ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task WriteFilesAsync(ScenarioArguments arguments, LoadReport report)
    {
        if (arguments.ReportFolder is { } folder)
        {
            string name = $"{report.Settings.Scenario}-{DateTimeOffset.UtcNow:yyyyMMdd-HHmmss}";
            foreach (string path in await ReportFiles.WriteAsync(folder, name, report))
            {
                await Console.Error.WriteLineAsync($"wrote {path}");
            }
        }

        if (arguments.JsonFile is { } file)
        {
            await JsonFile.WriteAsync(file, JsonSerializer.SerializeToUtf8Bytes(report, ReportJson.Default.LoadReport));
        }
    }
}
