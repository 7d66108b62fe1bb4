using System.Globalization;

namespace FastRegistry.ProcessTests;

/// <summary>The load tool with real processes: what a user sees when one of them dies or is interrupted.</summary>
public sealed class LoadProcessTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [ProcessFact]
    public async Task A_run_over_several_servers_and_generators_ends_with_exit_code_0_and_leaves_no_process()
    {
        await using RunningProgram load = RunningProgram.Start(
            Programs.Load, "connections", "--connections", "300", "--servers", "2", "--generators", "2", "--idle", "0s", "--heartbeat", "1s", "--during", "1s");

        Assert.Equal(0, await load.WaitForExitAsync(Soon));
        Assert.Contains(load.Lines, static line => line.Contains("300 ok, 0 failed", StringComparison.Ordinal));
        Assert.Contains(load.Lines, static line => line.StartsWith("result", StringComparison.Ordinal) && line.Contains("passed", StringComparison.Ordinal));
    }

    [ProcessFact]
    public async Task A_threshold_that_does_not_hold_sets_the_exit_code()
    {
        await using RunningProgram load = RunningProgram.Start(
            Programs.Load, "query", "--servers", "1", "--during", "1s", "--warm-up", "0s", "--threshold", "fail-percent == 0; p50 < 1us");

        Assert.Equal(1, await load.WaitForExitAsync(Soon));
        Assert.Contains(load.Lines, static line => line.Contains("p50 < 1us", StringComparison.Ordinal) && line.Contains("FAILED", StringComparison.Ordinal));
    }

    [ProcessFact]
    public async Task A_generator_that_is_killed_ends_the_run_with_one_line()
    {
        await using RunningProgram load = RunningProgram.Start(Programs.Load, "heartbeats", "--servers", "1", "--during", "300s", "--warm-up", "0s", "--connections", "50");
        await load.WaitForLineAsync(static line => line.StartsWith("heartbeats:", StringComparison.Ordinal), Soon);
        int generator = await FindGeneratorAsync(load.Id);

        RunningProgram.Signal(generator, RunningProgram.SignalKill);

        Assert.Equal(1, await load.WaitForExitAsync(Soon));
        Assert.Contains(load.Lines, static line => line.StartsWith("load: ", StringComparison.Ordinal) && line.Contains("generator", StringComparison.Ordinal));
    }

    [ProcessFact]
    public async Task An_interrupted_run_still_reports_what_it_has()
    {
        await using RunningProgram load = RunningProgram.Start(Programs.Load, "heartbeats", "--servers", "1", "--during", "300s", "--warm-up", "0s", "--connections", "50");
        await load.WaitForLineAsync(static line => line.StartsWith("heartbeats:", StringComparison.Ordinal), Soon);
        await FindGeneratorAsync(load.Id);

        // Taken like Ctrl-C, which a process that was started in the background ignores.
        load.Signal(RunningProgram.SignalTerminate);

        Assert.Equal(1, await load.WaitForExitAsync(Soon));
        Assert.Contains(load.Lines, static line => line.StartsWith("result", StringComparison.Ordinal) && line.Contains("interrupted", StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<int> FindGeneratorAsync(int loadProcess)
    {
        string found = await Eventually.GetAsync(() => Children(loadProcess).FirstOrDefault(IsGenerator), Soon, static () => "no generator process was started");
        return int.Parse(found, CultureInfo.InvariantCulture);
    }

    private static string[] Children(int process) => [.. Directory
        .EnumerateDirectories($"/proc/{process}/task")
        .SelectMany(static task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    private static bool IsGenerator(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").TrimEnd('\0').EndsWith("\0generator", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It has ended.
            return false;
        }
    }
}
