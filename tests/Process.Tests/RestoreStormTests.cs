using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using FastRegistry.Client;
using FastRegistry.Tests;

namespace FastRegistry.ProcessTests;

/// <summary>A fleet of clients behind a network with a round-trip time and a rate: all get their lists, after a restart of the server too, and none is dropped.</summary>
public sealed class RestoreStormTests(ITestOutputHelper output)
{
    private const int Clients = 50;
    private const int Services = 20;
    private const double Megabits = 20;

    // 25 KB and 200 KB. More than 64 instances, so a worker of the server answers for them.
    private const int SmallList = 100;
    private const int LargeList = 800;

    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private static readonly string Filler = new('x', 200);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [ProcessFact]
    public async Task Fifty_clients_behind_a_slow_network_get_all_lists_and_get_them_again_after_the_server_was_killed()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--Deadlines:WarmUp=00:00:02");
        PacedLine line = new(RoundTrip / 2, Megabits);
        await using PacingProxy proxy = new(server.ClientPort, line, line);
        await using NamingClient publisher = new(new NamingClientOptions { Servers = [server.ClientAddress], RequestTimeout = Soon });
        foreach (int service in Enumerable.Range(0, Services))
        {
            await publisher.RegisterAsync(Key(service), [.. Enumerable.Range(1, Count(service)).Select(static port => InstanceOf(port, version: 1))], Stop);
        }

        ConcurrentDictionary<(int Client, int Service), (int Count, string Version)> seen = new();
        NamingClient[] clients = [.. Enumerable.Range(0, Clients).Select(_ => new NamingClient(new NamingClientOptions { Servers = [proxy.Address] }))];
        try
        {
            long began = Stopwatch.GetTimestamp();
            await Task.WhenAll(clients.SelectMany((client, number) => Enumerable.Range(0, Services).Select(service => SubscribeAsync(client, number, service, seen))));
            await AllSeeAsync(seen, version: 1);
            output.WriteLine($"{proxy.BytesToClients / 1e6:0.0} MB to {Clients} clients in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
            Assert.Equal(Clients, proxy.Accepted);
            await AssertNobodyWasDroppedAsync(server);

            long before = proxy.BytesToClients;
            await server.RestartAsync(RunningProgram.SignalKill);
            began = Stopwatch.GetTimestamp();
            foreach (int service in Enumerable.Range(0, Services))
            {
                await publisher.RegisterAsync(Key(service), InstanceOf(1, version: 2), Stop);
            }

            await AllSeeAsync(seen, version: 2);
            output.WriteLine(
                $"after the restart {(proxy.BytesToClients - before) / 1e6:0.0} MB in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s: "
                + $"{await server.MetricAsync("fastregistry_pushes_total")} pushes, {await server.MetricAsync("fastregistry_push_deltas_total")} of them deltas, "
                + $"{await server.MetricAsync("fastregistry_push_unchanged_total")} unchanged");
            await AssertNobodyWasDroppedAsync(server);
        }
        finally
        {
            await Task.WhenAll(clients.Select(static client => client.DisposeAsync().AsTask()));
        }
    }

    /// <summary>Each client has the one connection that it made to this process, and so has the publisher.</summary>
    private static async Task AssertNobodyWasDroppedAsync(ServerProcess server)
    {
        Assert.Equal(Clients + 1, await server.MetricAsync("fastregistry_connections"));
        Assert.Equal(Clients + 1, await server.MetricAsync("fastregistry_connections_accepted_total"));
        foreach (string reason in new[] { "go_away_sent", "aborted", "io_error", "peer_reset", "peer_closed", "handler_fault" })
        {
            Assert.Equal((reason, 0), (reason, await server.MetricAsync($"fastregistry_connections_closed_{reason}_total")));
        }
    }

    private static async Task SubscribeAsync(NamingClient client, int number, int service, ConcurrentDictionary<(int, int), (int, string)> seen) =>
        await client.SubscribeAsync(
            Key(service),
            (change, _) =>
            {
                seen[(number, service)] = (change.Instances.Length, change.Instances.FirstOrDefault(static instance => instance.Port == 1)?.Metadata["v"] ?? "");
                return ValueTask.CompletedTask;
            },
            cancellationToken: Stop);

    private static async Task AllSeeAsync(ConcurrentDictionary<(int Client, int Service), (int Count, string Version)> seen, int version)
    {
        string expected = version.ToString(CultureInfo.InvariantCulture);
        (int, int)[] Missing() =>
        [
            .. Enumerable.Range(0, Clients)
                .SelectMany(static client => Enumerable.Range(0, Services).Select(service => (client, service)))
                .Where(key => !seen.TryGetValue(key, out (int Count, string Version) list) || list != (Count(key.service), expected)),
        ];

        await Eventually.TrueAsync(() => Missing().Length == 0, Soon, () => $"version {version} is missing in {Missing().Length} lists: {string.Join(' ', Missing().Take(5))} …");
    }

    private static ServiceKey Key(int service) => new($"storm-{service}");

    private static int Count(int service) => service % 10 == 9 ? LargeList : SmallList;

    private static Instance InstanceOf(int port, int version) => new("10.0.0.1", port)
    {
        Metadata = ImmutableDictionary<string, string>.Empty.Add("v", version.ToString(CultureInfo.InvariantCulture)).Add("filler", Filler),
    };
}
