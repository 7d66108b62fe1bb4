using System.Collections.Immutable;
using System.Text.Json;
using FastRegistry.Load.Commands;

namespace FastRegistry.Load.Reports;

/// <summary>Writes a report in every format.</summary>
internal static class ReportFiles
{
    /// <summary>Finds out before a run what would otherwise cost its report.</summary>
    /// <exception cref="CannotRunException">Nothing can be written there.</exception>
    public static void RequireFolder(string? folder)
    {
        if (folder is null)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, $".{Guid.NewGuid():N}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CannotRunException($"--report: nothing can be written to '{folder}': {fault.Message}");
        }
    }

    /// <summary>Writes <c>.json .txt .md .csv -timeline.csv</c>; files of these names are replaced. Tells their paths.</summary>
    /// <param name="folder">Made when it is not there.</param>
    /// <param name="baseName">Name of the files without what tells the format.</param>
    /// <exception cref="CannotRunException">A file could not be written.</exception>
    public static async Task<ImmutableArray<string>> WriteAsync(string folder, string baseName, LoadReport report, CancellationToken cancellationToken = default)
    {
        // The JSON first: it has everything, should the disk fill up.
        (string Ending, string Contents)[] files =
        [
            (".json", JsonSerializer.Serialize(report, ReportJson.Default.LoadReport) + "\n"),
            (".txt", TextReport.Write(report)),
            (".md", MarkdownReport.Write(report)),
            (".csv", CsvReport.Write(report)),
            ("-timeline.csv", TimelineCsv.Write(report)),
        ];
        string path = folder;
        try
        {
            Directory.CreateDirectory(folder);
            ImmutableArray<string>.Builder paths = ImmutableArray.CreateBuilder<string>(files.Length);
            foreach ((string ending, string contents) in files)
            {
                path = Path.Combine(folder, baseName + ending);
                await File.WriteAllTextAsync(path, contents, cancellationToken);
                paths.Add(path);
            }

            return paths.ToImmutable();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CannotRunException($"the report {path} cannot be written: {fault.Message}");
        }
    }
}
