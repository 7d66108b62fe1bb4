using FastRegistry.Load.Consoles;
using FastRegistry.Load.Restore;
using FastRegistry.Load.Servers;
using FastRegistry.ProcessTests;

namespace FastRegistry.Load.Tests.Restore;

/// <summary>A small fleet and a real node, which is killed.</summary>
public sealed class RestoreRunnerTests
{
    private const int Clients = 20;
    private const int Lists = Clients * 5;

    private static readonly RestoreSettings Small = new()
    {
        Clients = Clients,
        Subscriptions = 5,
        Services = 10,
        Instances = 12,
        NodeWarmUpSeconds = 0.5,
        TimeoutSeconds = 30,
    };

    [ProcessFact]
    public Task Every_client_has_all_its_lists_again_after_a_kill_and_after_its_connection_was_dropped() =>
        RunAndCheckAsync(Small with { SpreadSeconds = 0.2, Held = true });

    [ProcessFact]
    public Task Clients_that_come_back_in_the_same_moment_and_ask_for_whole_lists_have_them_too() =>
        RunAndCheckAsync(Small with { SpreadSeconds = 0, Held = false });

    [ProcessFact]
    public async Task Clients_that_say_what_they_have_are_told_that_it_is_unchanged()
    {
        RestoreReport report = await RunAsync(Small with { SpreadSeconds = 0 }, TestContext.Current.CancellationToken);

        RestorePartReport whole = report.Part(RestorePartNames.Whole)!;
        RestorePartReport held = report.Part(RestorePartNames.Held)!;
        Assert.Equal((Lists, 0), (whole.Lists, whole.Unchanged));
        Assert.Equal((0, Lists), (held.Lists, held.Unchanged));
        Assert.True(held.Bytes < whole.Bytes / 4, $"{held.Bytes} of {whole.Bytes}");
    }

    [ProcessFact]
    public async Task An_interrupted_run_keeps_the_parts_that_were_complete()
    {
        using CancellationTokenSource interrupted = new(TimeSpan.FromSeconds(4));

        RestoreReport report = await RunAsync(Small with { SpreadSeconds = 0, NodeWarmUpSeconds = 600, TimeoutSeconds = 600 }, interrupted.Token);

        Assert.Equal([RestorePartNames.Connect], report.Parts.Select(static part => part.Name));
    }

    private static async Task RunAndCheckAsync(RestoreSettings settings)
    {
        RestoreReport report = await RunAsync(settings, TestContext.Current.CancellationToken);

        Assert.True(report.Passed, RestoreText.Write(report));
        Assert.Equal(RestorePartNames.All, report.Parts.Select(static part => part.Name));
        RestorePartReport restart = report.Part(RestorePartNames.Restart)!;
        Assert.True(restart.ReadyMilliseconds > 0 && restart.WholeSinceReady is not null && restart.Confirmed!.Last >= restart.Whole!.Last, RestoreText.Write(report));
        Assert.All(report.Parts, static part => Assert.True(part is { PeakResidentBytes: > 1_000_000, ServerCpuSeconds: > 0, Bytes: > 0 }, part.ToString()));
    }

    private static Task<RestoreReport> RunAsync(RestoreSettings settings, CancellationToken cancellationToken) =>
        new RestoreRunner(settings, ServerProject.Product.Find(null, AppContext.BaseDirectory), [], new QuietConsole()).RunAsync(cancellationToken);
}
