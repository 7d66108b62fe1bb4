using FastRegistry.Load.Commands;
using FastRegistry.Load.SelfCheck;

namespace FastRegistry.Load.Tests.SelfCheck;

public sealed class HarnessCheckTests
{
    // What is too early or missing is never excused; a machine that is busy with other tests may be late.
    private static readonly SelfCheckSettings Short = new()
    {
        During = TimeSpan.FromSeconds(3),
        Stall = TimeSpan.FromMilliseconds(500),
        Copies = 4,
        CostDuring = TimeSpan.FromMilliseconds(60),
        MedianLateness = TimeSpan.FromMilliseconds(200),
        OtherLateness = TimeSpan.FromSeconds(1),
    };

    [Fact]
    public async Task The_harness_reports_the_stall_it_was_shown()
    {
        StringWriter output = new();

        int exitCode = await HarnessCheck.RunAsync(Short, output, TestContext.Current.CancellationToken);

        Assert.True(exitCode == ExitCode.Done, output.ToString());
        Assert.Contains("closed model, 4 copies", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("ns CPU", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("FAILED", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_check_has_not_passed()
    {
        using CancellationTokenSource interrupted = new(TimeSpan.FromMilliseconds(100));
        StringWriter output = new();

        int exitCode = await HarnessCheck.RunAsync(new SelfCheckSettings(), output, interrupted.Token);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("interrupted", output.ToString(), StringComparison.Ordinal);
    }
}
