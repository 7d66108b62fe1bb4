using System.Collections.Concurrent;
using System.Diagnostics;
using FastRegistry.Client;
using FastRegistry.Tests;

namespace FastRegistry.ProcessTests;

/// <summary>Very many clients that die at the same moment.</summary>
public sealed class MassKillTests(ITestOutputHelper output)
{
    private const int Clients = 5000;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [ProcessFact]
    public async Task Each_of_5000_clients_killed_at_once_is_told_as_removed_exactly_once()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--Deadlines:WarmUp=00:00:00");
        await using NamingClient subscriber = new(new NamingClientOptions { Servers = [server.ClientAddress] });
        ConcurrentDictionary<Instance, int> added = new();
        ConcurrentDictionary<Instance, int> removed = new();
        int changes = 0;
        long lastRemovalAt = 0;
        await using ISubscription subscription = await subscriber.SubscribeAsync(
            new ServiceKey("load-instances-0"),
            (change, _) =>
            {
                Interlocked.Increment(ref changes);
                Count(added, change.Added);
                Count(removed, change.Removed);
                Volatile.Write(ref lastRemovalAt, Stopwatch.GetTimestamp());
                return ValueTask.CompletedTask;
            },
            cancellationToken: TestContext.Current.CancellationToken);
        await using RunningProgram load = RunningProgram.Start(
            Programs.Load, "instances", "--connections", $"{Clients}", "--instances", $"{Clients}", "--services", "1", "--outstanding", "1", "--idle", "300s",
            "--server", server.ClientAddress, "--http", $"127.0.0.1:{server.HttpPort}");
        await Eventually.TrueAsync(() => added.Count == Clients, Soon, () => $"{added.Count} of {Clients} were registered: {string.Join('\n', load.Lines)}");
        await load.WaitForLineAsync(static line => line.StartsWith("registered:", StringComparison.Ordinal), Soon);
        int generator = await load.FindChildAsync("generator", Soon);
        Assert.Equal(Clients + 1, await server.MetricAsync("fastregistry_clients"));
        Assert.Empty(removed);
        int changesBefore = Volatile.Read(ref changes);

        long killedAt = Stopwatch.GetTimestamp();
        RunningProgram.Signal(generator, RunningProgram.SignalKill);

        await Eventually.TrueAsync(() => removed.Count == Clients, Soon, () => $"{removed.Count} of {Clients} were removed");
        TimeSpan took = Stopwatch.GetElapsedTime(killedAt, Volatile.Read(ref lastRemovalAt));
        output.WriteLine($"{Clients} removed {took.TotalMilliseconds:0} ms after the kill, in {Volatile.Read(ref changes) - changesBefore} changes");
        Assert.Empty(await server.ListAsync("load-instances-0"));
        Assert.Equal(1, await server.MetricAsync("fastregistry_clients"));

        // One more change on the same subscription: whatever was to come before it has come.
        Instance last = new("10.9.9.9", 9);
        await subscriber.RegisterAsync(new ServiceKey("load-instances-0"), last, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => added.ContainsKey(last), Soon, static () => "the subscription tells nothing any more");
        Assert.Equal(Clients + 1, added.Count);
        Assert.Equal(Clients, removed.Count);
        Assert.All(added, static instance => Assert.Equal(1, instance.Value));
        Assert.All(removed, static instance => Assert.Equal(1, instance.Value));
    }

    private static void Count(ConcurrentDictionary<Instance, int> counts, IEnumerable<Instance> instances)
    {
        foreach (Instance instance in instances)
        {
            counts.AddOrUpdate(instance, 1, static (_, count) => count + 1);
        }
    }
}
