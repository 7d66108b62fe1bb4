using System.Collections.Immutable;
using System.Globalization;
using FastRegistry.Client;
using FastRegistry.Tests;

namespace FastRegistry.ProcessTests;

/// <summary>A subscriber that does not read, over real sockets: what it costs the server and the kernel, and what it gets in the end.</summary>
public sealed class SlowSubscriberTests(ITestOutputHelper output)
{
    private const int Changes = 1000;
    private const string Service = "busy";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private static readonly ServiceKey Key = new(Service);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [ProcessFact]
    public async Task Subscriber_that_reads_nothing_through_1000_changes_costs_bounded_memory_and_gets_one_list_when_it_reads_again()
    {
        // Every change is a push of its own, and no kept events in the heap.
        await using ServerProcess server = await ServerProcess.StartAsync("--Deadlines:WarmUp=00:00:00", "--Push:MergeWindowMaximum=00:00:00", "--Events:Kept=0");
        await using NamingClient publisher = Connect(server);
        await using NamingClient reader = Connect(server);
        await PublishAsync(publisher);
        string seenByReader = "";
        await using ISubscription subscription = await reader.SubscribeAsync(
            Key,
            (change, _) =>
            {
                Volatile.Write(ref seenByReader, change.Instances.First(static instance => instance.Port == 1).Metadata["change"]);
                return ValueTask.CompletedTask;
            },
            cancellationToken: Stop);

        // The same without the slow one first, so that the difference is its own.
        await ChangeAsync(publisher, 1, Changes, static () => Task.CompletedTask);
        long heapBefore = await HeapAsync(server);
        using DeafSubscriber deaf = await DeafSubscriber.SubscribeAsync(server.ClientPort, Service, Stop);
        ulong firstRevision = deaf.Revision;
        double queued = 0;
        double blocks = 0;
        long kernel = 0;
        await ChangeAsync(publisher, Changes + 1, Changes, async () =>
        {
            queued = Math.Max(queued, await server.MetricAsync("fastregistry_outbound_bytes"));
            blocks = Math.Max(blocks, await server.MetricAsync("fastregistry_blocks_rented"));
            kernel = Math.Max(kernel, KernelQueue.UnacknowledgedBytes(server.ClientPort, deaf.LocalPort) ?? 0);
        });
        long heap = await HeapAsync(server) - heapBefore;
        output.WriteLine($"after {Changes} changes of a list of 10 KB: {queued:0} bytes queued and {blocks:0} blocks at most, {kernel} bytes in the kernel at most, {heap} bytes of managed heap");

        // The behind mark and the one list that passes it; in the kernel the low-water mark, one piece of sending, and the peer's window.
        Assert.InRange(queued, 1, (64 + 16) * 1024);
        Assert.InRange(blocks, 0, 64);
        Assert.InRange(kernel, 1, (16 + 64 + 64) * 1024);
        Assert.InRange(heap, -512 * 1024, 512 * 1024);
        await Eventually.TrueAsync(() => Volatile.Read(ref seenByReader) == $"{2 * Changes}", Soon, () => $"the other subscriber is at change {seenByReader}");

        List<ulong> revisions = await deaf.ReadUpToAsync(firstRevision + Changes, Stop);
        ulong[] steps = [.. revisions.Select((revision, i) => revision - (i == 0 ? firstRevision : revisions[i - 1]))];
        output.WriteLine($"{revisions.Count} lists and deltas were read; steps between their revisions: {string.Join(' ', steps)}");
        Assert.InRange(revisions.Count, 2, Changes / 4);

        // What was on its way before the server noticed has every change, or the few that came while a push was being made; then one list has all the others.
        Assert.All(steps[..^1], static step => Assert.InRange(step, 1UL, (ulong)(Changes / 10)));
        Assert.True(steps[^1] > Changes / 2, $"the last list merges {steps[^1]} changes");

        await ChangeAsync(publisher, (2 * Changes) + 1, 1, static () => Task.CompletedTask);
        Assert.Equal([firstRevision + Changes + 1], await deaf.ReadUpToAsync(firstRevision + Changes + 1, Stop));
    }

    [ProcessFact]
    public async Task Subscriber_that_never_reads_again_is_closed_after_its_time_and_everything_it_held_is_given_back()
    {
        await using ServerProcess server = await ServerProcess.StartAsync(
            "--Deadlines:WarmUp=00:00:00", "--Push:MergeWindowMaximum=00:00:00", "--Deadlines:SlowConsumer=00:00:03");
        await using NamingClient publisher = Connect(server);
        await PublishAsync(publisher);
        using DeafSubscriber deaf = await DeafSubscriber.SubscribeAsync(server.ClientPort, Service, Stop);
        await ChangeAsync(publisher, 1, 100, static () => Task.CompletedTask);
        Assert.True(await server.MetricAsync("fastregistry_outbound_bytes") > 0, "nothing waits for the subscriber that does not read");

        await Eventually.TrueAsync(async () => await server.MetricAsync("fastregistry_clients") == 1, Soon, static () => "the subscriber was not closed");

        await Eventually.TrueAsync(
            async () => await server.MetricAsync("fastregistry_outbound_bytes") == 0 && await server.MetricAsync("fastregistry_blocks_rented") == 0,
            Soon,
            static () => "what waited for it was not given back");
        await Eventually.TrueAsync(
            () => KernelQueue.UnacknowledgedBytes(server.ClientPort, deaf.LocalPort) is null or 0, Soon, static () => "the kernel still holds what was sent to it");
        Assert.Equal(0, await server.MetricAsync("fastregistry_subscriptions"));
        Assert.Equal(10, (await server.ListAsync(Service)).Length);
    }

    private static NamingClient Connect(ServerProcess server) =>
        new(new NamingClientOptions { Servers = [server.ClientAddress], RequestTimeout = TimeSpan.FromSeconds(20) });

    private static async Task PublishAsync(NamingClient publisher) =>
        await publisher.RegisterAsync(Key, [.. Enumerable.Range(1, 10).Select(static port => InstanceOf(port, change: 0))], Stop);

    private static Instance InstanceOf(int port, int change) => new("10.0.0.1", port)
    {
        Metadata = ImmutableDictionary<string, string>.Empty.Add("change", change.ToString(CultureInfo.InvariantCulture)).Add("filler", new string('x', 1000)),
    };

    private static async Task ChangeAsync(NamingClient publisher, int first, int count, Func<Task> sample)
    {
        for (int change = first; change < first + count; change++)
        {
            await publisher.RegisterAsync(Key, InstanceOf(1, change), Stop);
            if (change % 20 == 0)
            {
                await sample();
            }
        }
    }

    private static async Task<long> HeapAsync(ServerProcess server)
    {
        using System.Text.Json.JsonDocument collected = await server.CollectAsync();
        return collected.RootElement.GetProperty("managedHeapBytes").GetInt64();
    }
}
