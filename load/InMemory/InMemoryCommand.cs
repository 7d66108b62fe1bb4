using System.Text.Json;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Consoles;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.InMemory;

/// <summary><c>load connections --transport memory</c>: arguments, the process with the sessions, the report, the exit code.</summary>
internal static class InMemoryCommand
{
    /// <exception cref="ArgumentError">An argument is wrong.</exception>
    /// <exception cref="CannotRunException">The program is not built, or did not come to an end.</exception>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken interrupted)
    {
        if (arguments.Intersect(["--help", "-h"]).Any())
        {
            Console.WriteLine(InMemoryArguments.Usage);
            return ExitCode.Done;
        }

        InMemoryArguments read = InMemoryArguments.Read(arguments);
        JsonFile.RequireWritable(read.JsonFile);
        ReportFiles.RequireFolder(read.ReportFolder);
        IRunConsole console = read.Quiet ? new QuietConsole() : new RunConsole(Console.Error, !Console.IsErrorRedirected, TimeProvider.System);
        InMemoryFigures figures = await InMemoryProcess.RunAsync(read.Settings, console.Note, interrupted);
        InMemoryReport report = new(Machine.Read(), read.Settings, figures, InMemoryRules.Judge(read.Settings, figures));
        Console.Write(InMemoryText.Write(report));
        if (read.ReportFolder is { } folder)
        {
            string path = Path.Combine(folder, $"connections-memory-{DateTimeOffset.UtcNow:yyyyMMdd-HHmmss}");
            await JsonFile.WriteAsync($"{path}.json", JsonSerializer.SerializeToUtf8Bytes(report, InMemoryJson.Default.InMemoryReport));
            await File.WriteAllTextAsync($"{path}.txt", InMemoryText.Write(report), CancellationToken.None);
            await File.WriteAllTextAsync($"{path}.md", InMemoryText.WriteMarkdown(report), CancellationToken.None);
            await File.WriteAllTextAsync($"{path}.csv", InMemoryText.WriteCsv(report), CancellationToken.None);
            console.Note($"wrote {path}.json, .txt, .md and .csv");
        }

        if (read.JsonFile is { } file)
        {
            await JsonFile.WriteAsync(file, JsonSerializer.SerializeToUtf8Bytes(report, InMemoryJson.Default.InMemoryReport));
        }

        return report.Passed ? ExitCode.Done : ExitCode.Failed;
    }
}
