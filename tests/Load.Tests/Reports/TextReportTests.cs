using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Tests.Reports;

public sealed class TextReportTests
{
    [Fact]
    public void A_run_is_told_from_the_machine_to_the_result() => Assert.Equal(
        """
            FastRegistry load: query, native, 1 server
            machine           2 processors, Debian 12, .NET 10.0.12, open-file limit 20,000, 28,232 ports per source address
            settings          load query --target native --client-transport sockets --server 127.0.0.1:7848 --http 127.0.0.1:8848 --connections 1000 --outstanding 1 --rate 100/s --services 1 --instances 1 --during 10s --warm-up 500ms --concurrency 64 --setup-timeout 10s --sources 0 --spacing even --generators 2
            generators        2

            stage open, an iteration is a connect: iterations_for_constant copies=64 iterations=1000
              processors      servers 20.0 % of one, load tool 10.0 %, over 0.50 s
              done            1,000 ok, 0 failed in 0.50 s
              rate            2,000/s; each: 100 µs server CPU, 50.0 µs load tool CPU, 2.00 KB allocated on the server
              latency         min 5.00 µs, mean 10.0 µs, p50 15.0 µs, p75 20.0 µs, p90 25.0 µs, p95 30.0 µs, p99 35.0 µs, p99.9 40.0 µs, p99.99 45.0 µs, max 50.0 µs

            stage query, an iteration is a query: inject rate=100 interval=1s during=10s
              processors      servers 0.2 % of one, load tool 0.1 %, over 10.0 s
              done            990 ok, 5 failed, 1.93 MB, 2.00 KB each in 10.0 s
              rate            99.0/s; each: 20.0 µs server CPU, 10.0 µs load tool CPU, 480 B allocated on the server
              asked           100/s, started 99.5/s = 99.5 %
              latency         min 100 µs, mean 200 µs, p50 300 µs, p75 400 µs, p90 500 µs, p95 600 µs, p99 700 µs, p99.9 800 µs, p99.99 900 µs, max 1.00 ms
              from intended   min 200 µs, mean 400 µs, p50 600 µs, p75 800 µs, p90 1.00 ms, p95 1.20 ms, p99 1.40 ms, p99.9 1.60 ms, p99.99 1.80 ms, max 2.00 ms
              start lateness  min 500 ns, mean 1.00 µs, p50 1.50 µs, p75 2.00 µs, p90 2.50 µs, p95 3.00 µs, p99 3.50 µs, p99.9 4.00 µs, p99.99 4.50 µs, max 5.00 µs
              failed          4 x connection lost
              failed          1 x refused, try later
              arrival: 0 ok, 2 failed, 0/s
                latency       nothing measured
                failed        2 x late

            memory of the servers after a forced collection; each = per connection above start
              when   connections  managed heap  RssAnon  socket buffers  kernel slab  heap each  RssAnon each  slab each (both ends)
              start            0       1.00 MB  20.0 MB         4.00 KB       100 MB          -             -                      -
              open         1,000       2.67 MB  22.0 MB         8.00 KB       105 MB    1,750 B       2,100 B                5,000 B

            lost              3 x closed by the server
            left on servers   1
            threshold         query p99 < 1ms: found 0.7, ok
            threshold         arrival p50 < 5ms: nothing to compare, FAILED
            result            FAILED, 1 of 2 thresholds did not hold

            """,
        TextReport.Write(SampleReports.Full),
        ignoreLineEndingDifferences: true);

    [Fact]
    public void A_closed_stage_says_nothing_of_starts_that_were_asked_for()
    {
        string text = TextReport.Write(SampleReports.Full with { Stages = [SampleReports.ClosedStage] });

        Assert.Contains("  latency  ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("asked", text, StringComparison.Ordinal);
        Assert.DoesNotContain("intended", text, StringComparison.Ordinal);
        Assert.DoesNotContain("lateness", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stage_without_a_success_has_no_cost_per_iteration()
    {
        StageReport stage = SampleReports.ClosedStage with { Iterations = SampleReports.ClosedStage.Iterations with { Ok = 0, Failed = 3, PerSecond = 0 } };

        string text = TextReport.Write(SampleReports.Full with { Stages = [stage] });

        Assert.Contains("0/s; each: - server CPU, - load tool CPU, - allocated on the server", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pause_tells_what_it_cost_and_nothing_else()
    {
        StageReport stage = SampleReports.ClosedStage with { Iterations = SampleReports.ClosedStage.Iterations with { Ok = 0, Failed = 0 } };

        string text = TextReport.Write(SampleReports.Full with { Stages = [stage] });

        Assert.Contains("servers 20.0 % of one", text, StringComparison.Ordinal);
        Assert.DoesNotContain("0 ok, 0 failed", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_system_does_not_tell_is_left_out_or_a_dash()
    {
        LoadReport report = SampleReports.Full with
        {
            Machine = SampleReports.Full.Machine with { OpenFileLimit = null, PortsPerSource = null },
            Memory = [.. SampleReports.Full.Memory.Select(static point => point with { Kernel = null })],
        };

        string[] lines = TextReport.Write(report).Split('\n');

        Assert.Contains("machine           2 processors, Debian 12, .NET 10.0.12", lines);
        string loaded = Assert.Single(lines, static line => line.StartsWith("  open ", StringComparison.Ordinal));
        Assert.Equal(["open", "1,000", "2.67", "MB", "22.0", "MB", "-", "-", "1,750", "B", "2,100", "B", "-"], loaded.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Memory_without_a_start_is_not_divided()
    {
        string[] lines = TextReport.Write(SampleReports.Full with { Memory = [SampleReports.Full.Memory[1]] }).Split('\n');

        string loaded = Assert.Single(lines, static line => line.StartsWith("  open ", StringComparison.Ordinal));
        Assert.EndsWith("105 MB          -             -                      -", loaded, StringComparison.Ordinal);
    }

    [Fact]
    public void The_result_is_failed_passed_done_or_interrupted()
    {
        LoadReport failed = SampleReports.Full;
        LoadReport passed = failed with { Thresholds = [failed.Thresholds[0]] };

        Assert.EndsWith("FAILED, 1 of 2 thresholds did not hold\n", TextReport.Write(failed), StringComparison.Ordinal);
        Assert.EndsWith("passed, 1 of 1 thresholds held\n", TextReport.Write(passed), StringComparison.Ordinal);
        Assert.EndsWith("done, no thresholds were given\n", TextReport.Write(failed with { Thresholds = [] }), StringComparison.Ordinal);
        Assert.EndsWith("INTERRUPTED\n", TextReport.Write(passed with { Interrupted = true }), StringComparison.Ordinal);
    }
}
