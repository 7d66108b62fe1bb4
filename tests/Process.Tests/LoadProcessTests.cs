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
        int generator = await load.FindChildAsync("generator", Soon);

        RunningProgram.Signal(generator, RunningProgram.SignalKill);

        Assert.Equal(1, await load.WaitForExitAsync(Soon));
        Assert.Contains(load.Lines, static line => line.StartsWith("load: ", StringComparison.Ordinal) && line.Contains("generator", StringComparison.Ordinal));
    }

    [ProcessFact]
    public async Task An_interrupted_run_still_reports_what_it_has()
    {
        await using RunningProgram load = RunningProgram.Start(Programs.Load, "heartbeats", "--servers", "1", "--during", "300s", "--warm-up", "0s", "--connections", "50");
        await load.WaitForLineAsync(static line => line.StartsWith("heartbeats:", StringComparison.Ordinal), Soon);
        await load.FindChildAsync("generator", Soon);

        // Taken like Ctrl-C, which a process that was started in the background ignores.
        load.Signal(RunningProgram.SignalTerminate);

        Assert.Equal(1, await load.WaitForExitAsync(Soon));
        Assert.Contains(load.Lines, static line => line.StartsWith("result", StringComparison.Ordinal) && line.Contains("interrupted", StringComparison.OrdinalIgnoreCase));
    }
}
