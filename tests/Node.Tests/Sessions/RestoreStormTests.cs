using System.Diagnostics;
using FastRegistry.Node.Tests.Sessions.Storm;
using FastRegistry.Tests;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>A fleet of readers comes back all at once, over links with a round-trip time and a rate: everybody gets all lists, once, and nobody is dropped for
/// asking.</summary>
public sealed class RestoreStormTests(ITestOutputHelper output)
{
    private const int SmallLists = 200;
    private const int SmallKilobytes = 25;
    private const int LargeLists = 20;
    private const int LargeKilobytes = 200;
    private const int Lists = SmallLists + LargeLists;
    private const int Readers = 500;
    private const long BudgetBytes = 64L * 1024 * 1024;
    private const double Megabits = 20;

    private static readonly LinkOptions Link = LinkOptions.OfRoundTrip(TimeSpan.FromMilliseconds(50), Megabits);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Fact]
    public void The_whole_fleet_gets_all_lists_after_a_restart()
    {
        using StormNode storm = new(Link, new OutboundBudget(BudgetBytes));
        Publish(storm);
        TimeSpan took = Run(storm, Readers, held: null);
        Assert.All(storm.Readers, static reader => Assert.Equal((1, Lists, 0), (reader.Answers, reader.Lists, reader.Unchanged)));

        TimeSpan least = TimeSpan.FromSeconds(storm.Readers.Max(static reader => reader.Bytes) * 8 / (Megabits * 1e6));
        output.WriteLine($"the links alone need {least.TotalSeconds:0.00} s");
        Assert.InRange(storm.HighestBudgetUse, 1, BudgetBytes);
        Assert.True(took < least * 1.25, "the links were not kept busy");
        storm.CloseAll();
    }

    [Fact]
    public void A_fleet_whose_lists_pass_the_budget_of_the_node_waits_and_gets_all_of_them()
    {
        // What begins below the budget may pass it: a large list with its whole body, which counts from its first chunk on, and 64 KiB of small ones of its reader.
        const long SmallBudgetBytes = 1024 * 1024;
        const int OneReaderBytes = (200 + 64 + 32) * 1024;
        using StormNode storm = new(Link, new OutboundBudget(SmallBudgetBytes));
        Publish(storm);
        Run(storm, Readers / 10, held: null);
        Assert.All(storm.Readers, static reader => Assert.Equal(Lists, reader.Lists));
        output.WriteLine($"budget {SmallBudgetBytes} bytes, {storm.HighestBudgetUse} used at most");
        Assert.InRange(storm.HighestBudgetUse, SmallBudgetBytes, SmallBudgetBytes + OneReaderBytes);
        storm.CloseAll();
    }

    [Fact]
    public void The_whole_fleet_that_comes_back_without_a_change_is_told_so()
    {
        using StormNode storm = new(Link, new OutboundBudget(BudgetBytes));
        Dictionary<string, HeldList> held = Hold(Publish(storm));
        Run(storm, Readers, held: null);
        long whole = storm.Readers.Sum(static reader => reader.Bytes);
        storm.CloseReaders();
        Run(storm, Readers, held);
        Assert.All(storm.Readers, static reader => Assert.Equal((1, Lists, 0, 0), (reader.Answers, reader.Unchanged, reader.Lists, reader.Deltas)));

        long bytes = storm.Readers.Sum(static reader => reader.Bytes);
        output.WriteLine($"{bytes:N0} bytes to come back, {whole:N0} for whole lists: {(double)whole / bytes:0} times as many");
        Assert.True(bytes * 100 < whole, "what is unchanged must cost less than a hundredth");
        storm.CloseAll();
    }

    [Fact]
    public void A_fleet_that_comes_back_to_a_restarted_node_with_the_same_lists_is_told_so()
    {
        using StormNode storm = new(Link, new OutboundBudget(BudgetBytes));
        Dictionary<string, HeldList> held = Hold(Publish(storm));
        foreach (HeldList list in held.Values)
        {
            // From the life before, with the revisions of that life.
            list.Epoch.Incarnation -= 1000;
            list.Revision += 12_345;
        }

        Run(storm, Readers / 10, held);
        Assert.All(storm.Readers, static reader => Assert.Equal((Lists, 0, 0), (reader.Unchanged, reader.Lists, reader.Deltas)));
        storm.CloseAll();
    }

    /// <summary>Readers connect at one moment; returns when all of them have all lists.</summary>
    private TimeSpan Run(StormNode storm, int readers, Dictionary<string, HeldList>? held)
    {
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < readers; i++)
        {
            storm.Connect(reader => reader.Subscribe(Subscriptions(held)));
        }

        TimeSpan took = storm.RunUntil(() => storm.Readers.TrueForAll(static reader => reader.Listed == Lists), Deadline);
        storm.AssertNobodyWasClosed();
        Assert.All(storm.Readers, static reader => Assert.Equal(1, reader.Answers));
        output.WriteLine(
            $"{readers} readers, {Lists} lists each: {storm.Readers.Sum(static reader => reader.Bytes) / 1e6:0.0} MB, the last after {took.TotalSeconds:0.00} s of virtual time; "
            + $"output {storm.HighestBudgetUse / 1e6:0.0} MB and {storm.HighestBlocksRented} blocks at most; {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s of real time");
        return took;
    }

    private static Dictionary<string, HeldList> Hold(Dictionary<string, Snapshot> lists) => lists.ToDictionary(static list => list.Key, static list => list.Value.Hold());

    private static Dictionary<string, Snapshot> Publish(StormNode storm) => Services().ToDictionary(
        static service => service, service => storm.Publish(service, service.StartsWith("large", StringComparison.Ordinal) ? LargeKilobytes : SmallKilobytes));

    private static IEnumerable<string> Services() => Enumerable.Range(0, Lists).Select(static i => i % 11 == 10 ? $"large-{i}" : $"small-{i}");

    private static IEnumerable<Subscription> Subscriptions(Dictionary<string, HeldList>? held = null) =>
        Services().Select((service, i) => new Subscription { Id = (ulong)i + 1, Name = service, Held = held?[service] });
}
