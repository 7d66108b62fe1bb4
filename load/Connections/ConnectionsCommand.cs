using FastRegistry.Load.Commands;
using FastRegistry.Load.Limits;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Connections;

/// <summary><c>load connections</c>: arguments, limits, the run, the report.</summary>
internal static class ConnectionsCommand
{
    /// <exception cref="ArgumentError">An argument is wrong.</exception>
    /// <exception cref="CannotRunException">A limit is too low, or the server does not answer.</exception>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken interrupted)
    {
        if (arguments is ["--help" or "-h"])
        {
            Console.WriteLine(ConnectionsOptions.Usage);
            return ExitCode.Done;
        }

        ConnectionsOptions options = ConnectionsOptions.Read(arguments);
        long? openFiles = OpenFileLimit.Read();
        int? ports = EphemeralPorts.Read();
        OpenFileLimit.Require(options.Connections, openFiles);
        EphemeralPorts.Require(options.Connections, Math.Max(options.Sources, 1), ports);
        await Console.Error.WriteLineAsync(
            $"open files: {openFiles?.ToString() ?? "unknown"} for this process (the server needs as many as there are connections); ports per source address: {ports?.ToString() ?? "unknown"}");

        using ConnectionsRun run = new(options);
        ConnectionsReport report = await run.RunAsync(interrupted);
        Console.Write(ConnectionsText.Write(report));
        if (options.JsonFile is not null)
        {
            await WriteJsonAsync(options.JsonFile, report);
        }

        return report.Complete ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task WriteJsonAsync(string file, ConnectionsReport report)
    {
        try
        {
            await File.WriteAllBytesAsync(file, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(report, ReportJson.Default.ConnectionsReport));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CannotRunException($"--json: cannot write '{file}': {fault.Message}");
        }
    }
}
