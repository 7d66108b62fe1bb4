using System.Diagnostics;
using FastRegistry.Load.Restore;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Tests.Reports;

namespace FastRegistry.Load.Tests.Restore;

public sealed class RestoreTextTests
{
    private static readonly RestorePartReport Part = new()
    {
        Name = RestorePartNames.Connect,
        Clients = 500,
        Complete = 500,
        Whole = new RestoreTimes(10, 20, 30),
        Confirmed = new RestoreTimes(10, 20, 31),
        Bytes = 20_000_000,
        Lists = 10_000,
        PeakResidentBytes = 100 * 1024 * 1024,
        PeakOutputBytes = 4096,
        ServerCpuSeconds = 0.5,
    };

    private static readonly RestoreReport Good = new(
        SampleReports.Full.Machine,
        new RestoreSettings(),
        [
            Part,
            Part with { Name = RestorePartNames.Restart, ReadyMilliseconds = 500, WholeSinceReady = new RestoreTimes(1, 2, 3) },
            Part with { Name = RestorePartNames.Whole },
            Part with { Name = RestorePartNames.Held, Bytes = 500_000, Lists = 0, Unchanged = 10_000 },
        ]);

    [Fact]
    public void Every_part_has_a_column_and_what_the_held_lists_save_a_line()
    {
        string text = RestoreText.Write(Good);

        Assert.Matches(@"from the loss of the connections +connect +restart +dropped +dropped, held\n", text);
        Assert.Matches(@"node ready again +- +500 ms +- +-\n", text);
        Assert.Matches(@"since ready: last list of all +- +3\.00 ms +- +-\n", text);
        Assert.Matches(@"last list of a client, p99 +20\.0 ms", text);
        Assert.Matches(@"pushes: unchanged +0 +0 +0 +10,000\n", text);
        Assert.Contains("488 KB instead of 19.1 MB, 40.0 times less; 10,000 of 10,000 lists unchanged", text, StringComparison.Ordinal);
        Assert.EndsWith("result: every client had all its lists again, and no connection was lost on the way\n", text, StringComparison.Ordinal);
        Assert.True(Good.Passed);
    }

    [Fact]
    public void Connections_that_were_lost_are_told_by_reason_and_fail_the_run()
    {
        RestoreReport report = Good with { Parts = Good.Parts.SetItem(1, Good.Parts[1] with { Losses = [new FailureCount("goaway: SlowConsumer", 3)] }) };

        string text = RestoreText.Write(report);

        Assert.Contains("restart: connections lost: 3 x goaway: SlowConsumer\n", text, StringComparison.Ordinal);
        Assert.EndsWith("result: FAILED\n", text, StringComparison.Ordinal);
        Assert.False(report.Passed);
    }

    [Fact]
    public void What_is_refused_and_made_again_is_told_and_fails_nothing()
    {
        RestoreReport report = Good with { Parts = Good.Parts.SetItem(1, Good.Parts[1] with { Refusals = [new FailureCount("refused: Overloaded", 3)] }) };

        Assert.Contains("restart: refused: 3 x refused: Overloaded\n", RestoreText.Write(report), StringComparison.Ordinal);
        Assert.True(report.Passed);
    }

    [Fact]
    public void A_client_that_is_not_back_a_push_out_of_turn_or_an_ended_subscription_fails_the_run()
    {
        RestorePartReport[] bad = [Part with { Complete = 499 }, Part with { Gaps = 1 }, Part with { EndedSubscriptions = [new FailureCount("subscription ended", 1)] }];

        Assert.All(bad, static part => Assert.False((Good with { Parts = Good.Parts.SetItem(0, part) }).Passed));
    }

    [Fact]
    public void An_interrupted_run_has_the_parts_that_were_complete()
    {
        RestoreReport report = Good with { Parts = Good.Parts[..2] };

        Assert.EndsWith("result: INTERRUPTED\n", RestoreText.Write(report), StringComparison.Ordinal);
        Assert.False(report.Passed);
    }

    [Fact]
    public void Times_are_those_of_the_clients_that_were_done_and_never_before_the_beginning()
    {
        long second = Stopwatch.Frequency;
        long[] timestamps = [.. Enumerable.Range(1, 100).Select(number => number * second), 0];

        Assert.Equal(new RestoreTimes(50_000, 99_000, 100_000), RestoreTimes.Of(timestamps, since: 0));
        Assert.Equal(new RestoreTimes(0, 0, 1_000), RestoreTimes.Of(timestamps, since: 99 * second));
        Assert.Null(RestoreTimes.Of([0, 0], since: 0));
    }
}
