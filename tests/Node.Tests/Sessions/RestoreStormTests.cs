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

    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Fact]
    public void A_tenth_of_the_fleet_gets_all_lists_after_a_restart() => RestoreAfterRestart(Readers / 10);

    [Fact]
    [Trait("Category", "System")]
    public void The_whole_fleet_gets_all_lists_after_a_restart() => RestoreAfterRestart(Readers);

    private void RestoreAfterRestart(int readers)
    {
        long began = Stopwatch.GetTimestamp();
        using StormNode storm = new(LinkOptions.OfRoundTrip(RoundTrip, Megabits), new OutboundBudget(BudgetBytes));
        Publish(storm);
        TimeSpan prepared = Stopwatch.GetElapsedTime(began);
        for (int i = 0; i < readers; i++)
        {
            storm.Connect(reader => reader.Subscribe(Subscriptions()));
        }

        TimeSpan took = storm.RunUntil(() => storm.Readers.TrueForAll(static reader => reader.Listed == Lists), Deadline);
        storm.AssertNobodyWasClosed();
        Assert.All(storm.Readers, static reader => Assert.Equal((1, Lists, 0), (reader.Answers, reader.Lists, reader.Unchanged)));
        Assert.Equal(readers, storm.Node.Node.Services.Sessions.Count - Lists);

        long bytes = storm.Readers.Sum(static reader => reader.Bytes);
        TimeSpan least = TimeSpan.FromSeconds(bytes / readers * 8 / (Megabits * 1e6));
        output.WriteLine(
            $"{readers} readers × {Lists} lists: {bytes / 1e6:0} MB; last list after {took.TotalSeconds:0.00} s of virtual time, the links alone need {least.TotalSeconds:0.00} s; "
            + $"output {storm.HighestBudgetUse / 1e6:0.0} MB at most, {storm.HighestBlocksRented} blocks; {prepared.TotalSeconds:0.0} s to prepare, "
            + $"{Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s in all");
        Assert.InRange(storm.HighestBudgetUse, 1, BudgetBytes);
        Assert.InRange(storm.HighestBlocksRented, 1, readers * 32);
        Assert.True(took < least * 1.5, "the links were not kept busy");
        storm.CloseAll();
    }

    private static Dictionary<string, Snapshot> Publish(StormNode storm) => Services().ToDictionary(
        static service => service, service => storm.Publish(service, service.StartsWith("large", StringComparison.Ordinal) ? LargeKilobytes : SmallKilobytes));

    private static IEnumerable<string> Services() => Enumerable.Range(0, Lists).Select(static i => i % 11 == 10 ? $"large-{i}" : $"small-{i}");

    private static IEnumerable<Subscription> Subscriptions(Dictionary<string, HeldList>? held = null) =>
        Services().Select((service, i) => new Subscription { Id = (ulong)i + 1, Name = service, Held = held?[service] });
}
