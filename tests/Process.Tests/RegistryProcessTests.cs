using FastRegistry.Tests;

namespace FastRegistry.ProcessTests;

/// <summary>What users see when processes die, hang and come back.</summary>
public sealed class RegistryProcessTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [ProcessFact]
    public async Task Killed_provider_leaves_the_consumers_list()
    {
        await using ServerProcess server = await ServerProcess.StartAsync();
        await using RunningProgram consumer = StartConsumer(server.ClientAddress);
        await using RunningProgram victim = StartProvider(server.ClientAddress, 9001);
        await using RunningProgram other = StartProvider(server.ClientAddress, 9002);
        await consumer.WaitForLastLineAsync(static line => line.Contains("[127.0.0.1:9001 127.0.0.1:9002]", StringComparison.Ordinal), Soon);

        victim.Signal(RunningProgram.SignalKill);

        await consumer.WaitForLastLineAsync(static line => line.Contains("[127.0.0.1:9002]", StringComparison.Ordinal), Soon);
        Assert.Equal(["127.0.0.1:9002"], await server.ListAsync("orders"));
    }

    [ProcessFact]
    public Task Server_that_was_killed_and_restarted_gets_everything_back_and_no_consumer_sees_an_empty_list() => RestartAsync(RunningProgram.SignalKill);

    [ProcessFact]
    public Task Server_that_was_stopped_and_restarted_gets_everything_back_and_no_consumer_sees_an_empty_list() => RestartAsync(RunningProgram.SignalTerminate);

    [ProcessFact]
    public async Task Reconnect_beside_a_half_open_connection_is_listed_once_throughout()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--Deadlines:WarmUp=00:00:00");
        await using PacingProxy proxy = new(server.ClientPort);
        await using RunningProgram consumer = StartConsumer(server.ClientAddress);
        await using RunningProgram provider = StartProvider(proxy.Address, 9001);
        await consumer.WaitForLastLineAsync(static line => line.Contains("[127.0.0.1:9001]", StringComparison.Ordinal), Soon);
        int linesBefore = consumer.Lines.Count;

        proxy.Freeze();

        // The provider notices by its ping after 5 + 3 s and connects again; the server still has the silent connection. Beyond that, the time
        // in which the new session has to register again (10 s) must pass without a change.
        await Eventually.TrueAsync(() => proxy.Accepted >= 2, Soon, () => "the provider did not connect again");
        long until = Environment.TickCount64 + 15_000;
        while (Environment.TickCount64 < until)
        {
            Assert.Equal(["127.0.0.1:9001"], await server.ListAsync("orders"));
        }

        Assert.Equal(linesBefore, consumer.Lines.Count);
    }

    [ProcessFact]
    public async Task Server_that_was_suspended_for_30_seconds_ejects_nobody_who_is_alive()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--Deadlines:WarmUp=00:00:00");
        await using RunningProgram consumer = StartConsumer(server.ClientAddress);
        await using RunningProgram first = StartProvider(server.ClientAddress, 9001);
        await using RunningProgram second = StartProvider(server.ClientAddress, 9002);
        await using SilentClient silent = await SilentClient.RegisterAsync(server.ClientPort, "orders", 9003);
        await consumer.WaitForLastLineAsync(static line => line.Contains("[127.0.0.1:9001 127.0.0.1:9002 127.0.0.1:9003]", StringComparison.Ordinal), Soon);
        int listsBefore = ListLines(consumer).Length;

        server.Program.Signal(RunningProgram.SignalStop);
        await Task.Delay(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        server.Program.Signal(RunningProgram.SignalContinue);

        // Longer than the probe's answer and the time to register again may take.
        long until = Environment.TickCount64 + 15_000;
        string[] everybody = ["127.0.0.1:9001", "127.0.0.1:9002", "127.0.0.1:9003"];
        while (Environment.TickCount64 < until)
        {
            Assert.Equal(everybody, await server.ListAsync("orders"));
        }

        Assert.True(silent.IsOpen, "the connection that only answers probes was closed");
        Assert.All(ListLines(consumer).Skip(listsBefore), static line => Assert.Contains("now has 3", line, StringComparison.Ordinal));
    }

    [ProcessFact]
    public async Task Idle_connection_costs_the_server_at_most_2000_bytes_of_managed_heap()
    {
        const int Connections = 1000;
        await using ServerProcess server = await ServerProcess.StartAsync();
        List<SilentClient> clients = [];
        try
        {
            // The first connections pay for code and pools.
            await using (SilentClient warm = await SilentClient.ConnectAsync(server.ClientPort))
            {
                Assert.True(warm.IsOpen);
            }

            long before = await HeapAsync(server);
            for (int i = 0; i < Connections; i++)
            {
                clients.Add(await SilentClient.ConnectAsync(server.ClientPort));
            }

            long each = (await HeapAsync(server) - before) / Connections;
            TestContext.Current.SendDiagnosticMessage("managed heap per idle connection: {0} bytes", each);
            Assert.InRange(each, 1, 2000);
        }
        finally
        {
            foreach (SilentClient client in clients)
            {
                await client.DisposeAsync();
            }
        }
    }

    private static async Task RestartAsync(int signal)
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--Deadlines:WarmUp=00:00:08");
        await using RunningProgram consumer = StartConsumer(server.ClientAddress);
        await using RunningProgram first = StartProvider(server.ClientAddress, 9001);
        await using RunningProgram second = StartProvider(server.ClientAddress, 9002);
        await consumer.WaitForLastLineAsync(static line => line.Contains("[127.0.0.1:9001 127.0.0.1:9002]", StringComparison.Ordinal), Soon);
        int listsBefore = ListLines(consumer).Length;

        await server.RestartAsync(signal);

        await Eventually.TrueAsync(async () => (await server.ListAsync("orders")).Length == 2, Soon, () => "the registrations did not come back");

        // The subscription came back too: a third provider is seen, also after lists are complete.
        await using RunningProgram third = StartProvider(server.ClientAddress, 9003);
        await consumer.WaitForLastLineAsync(static line => line.Contains("now has 3", StringComparison.Ordinal), Soon);
        await server.Program.WaitForLineAsync(static line => line.Contains("Warm-up is over", StringComparison.Ordinal), Soon);
        third.Signal(RunningProgram.SignalKill);
        await consumer.WaitForLastLineAsync(static line => line.Contains("[127.0.0.1:9001 127.0.0.1:9002]", StringComparison.Ordinal), Soon);

        Assert.All(
            ListLines(consumer).Skip(listsBefore),
            static line => Assert.True(line.Contains("127.0.0.1:9001", StringComparison.Ordinal) && line.Contains("127.0.0.1:9002", StringComparison.Ordinal), line));
    }

    private static string[] ListLines(RunningProgram consumer) =>
        [.. consumer.Lines.Where(static line => line.Contains("now has", StringComparison.Ordinal))];

    private static async Task<long> HeapAsync(ServerProcess server)
    {
        using System.Text.Json.JsonDocument collected = await server.CollectAsync();
        return collected.RootElement.GetProperty("managedHeapBytes").GetInt64();
    }

    private static RunningProgram StartConsumer(string server) => RunningProgram.Start(Programs.Quickstart, "consumer", "--server", server);

    private static RunningProgram StartProvider(string server, int port) =>
        RunningProgram.Start(Programs.Quickstart, "provider", "--server", server, "--port", $"{port}");
}
