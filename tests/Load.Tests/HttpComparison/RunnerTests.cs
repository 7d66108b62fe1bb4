using FastRegistry.Load.Consoles;
using FastRegistry.Load.HttpComparison;
using FastRegistry.ProcessTests;

namespace FastRegistry.Load.Tests.HttpComparison;

/// <summary>One short pair of each command, with real server processes.</summary>
public sealed class RunnerTests
{
    [ProcessFact]
    public async Task Beats_are_measured_on_both_sides_and_every_instance_is_healthy_at_the_end()
    {
        BeatsArguments arguments = BeatsArguments.Read("--pairs 1 --instances 100 --connections 10 --interval 1s --warm-up 0s --during 1s".Split(' '));

        (BeatsRun product, BeatsRun bare) = Assert.Single(await new BeatsRunner(arguments, new QuietConsole()).RunAsync(TestContext.Current.CancellationToken));

        Assert.Empty(product.Beats.Failures.Concat(bare.Beats.Failures));
        Assert.Equal((100, null), (product.Healthy, bare.Healthy));
        Assert.All((TrafficResult[])[product.Beats, bare.Beats], static result => Assert.True(result.Answered > 0 && result.ServerCpuMicroseconds > 0, result.ToString()));
    }

    [ProcessFact]
    public async Task Beats_and_lists_are_answered_the_same_by_both_sides()
    {
        HttpArguments arguments = HttpArguments.Read("--pairs 1 --connections 2 --warm-up 0s --during 1s".Split(' '));

        (HttpRun product, HttpRun bare) = Assert.Single(await new HttpRunner(arguments, new QuietConsole()).RunAsync(TestContext.Current.CancellationToken));

        TrafficResult[] all = [product.Beats, product.Lists, bare.Beats, bare.Lists];
        Assert.All(all, static result => Assert.Empty(result.Failures));
        Assert.All(all, static result => Assert.True(result.PerSecond > 0 && result.Latency.P99Microseconds > 0, result.ToString()));
    }

    [ProcessFact]
    public async Task An_interrupted_run_keeps_no_half_pair()
    {
        BeatsArguments arguments = BeatsArguments.Read("--pairs 3 --instances 10 --connections 1 --warm-up 0s --during 60m".Split(' '));
        using CancellationTokenSource interrupted = new(TimeSpan.FromMilliseconds(1500));

        Assert.Empty(await new BeatsRunner(arguments, new QuietConsole()).RunAsync(interrupted.Token));
    }
}
