using System.Globalization;
using FastRegistry.Client;
using FastRegistry.Tests;

namespace FastRegistry.ProcessTests;

/// <summary>The unmodified npm package <c>nacos</c> against a real server: it registers, beats, lists, subscribes by datagrams and by polling, and deregisters.</summary>
public sealed class NodeClientTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [NodeFact]
    public async Task It_registers_is_told_of_changes_by_datagram_and_deregisters()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--Deadlines:WarmUp=00:00:00");
        await using RunningProgram consumer = await StartAsync(server);
        await using RunningProgram provider = await StartAsync(server);
        await consumer.WriteLineAsync("subscribe orders");
        await consumer.WaitForLineAsync(static line => line == "done subscribe orders", Soon);

        await provider.WriteLineAsync("register orders 1.1.1.1 8080");
        await consumer.WaitForLineAsync(static line => line == "datagram DEFAULT_GROUP@@orders [1.1.1.1:8080]", Soon);
        await consumer.WaitForLineAsync(static line => line == "hosts orders [1.1.1.1:8080]", Soon);

        // What a native client registers is pushed to it too, and the other way round.
        await using NamingClient native = new(new NamingClientOptions { Servers = [server.ClientAddress] });
        await native.RegisterAsync(new ServiceKey("orders"), new Instance("2.2.2.2", 9090), TestContext.Current.CancellationToken);
        await consumer.WaitForLineAsync(static line => line == "hosts orders [1.1.1.1:8080 2.2.2.2:9090]", Soon);
        Assert.Equal(2, (await native.GetInstancesAsync(new ServiceKey("orders"))).Count);

        await provider.WriteLineAsync("deregister orders 1.1.1.1 8080");
        await consumer.WaitForLineAsync(static line => line == "hosts orders [2.2.2.2:9090]", Soon);
        await consumer.WriteLineAsync("list orders");
        await consumer.WaitForLineAsync(static line => line == "list orders [2.2.2.2:9090]", Soon);
        AssertNoErrors(consumer);
        AssertNoErrors(provider);
    }

    [NodeFact]
    public async Task It_keeps_an_instance_alive_by_beats_and_loses_it_when_it_is_killed()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--Deadlines:WarmUp=00:00:00");
        await using RunningProgram provider = await StartAsync(server);
        await provider.WriteLineAsync("register orders 1.1.1.1 8080");
        await provider.WaitForLineAsync(static line => line.StartsWith("done register", StringComparison.Ordinal), Soon);

        // Past the time without beats after which an instance is removed.
        DateTimeOffset end = DateTimeOffset.UtcNow.AddSeconds(33);
        while (DateTimeOffset.UtcNow < end)
        {
            Assert.Equal(["1.1.1.1:8080"], await server.ListAsync("orders"));
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }

        provider.Signal(RunningProgram.SignalKill);
        await Eventually.TrueAsync(async () => (await server.ListAsync("orders")).Length == 0, TimeSpan.FromSeconds(60), static () => "it is still listed");
        AssertNoErrors(provider);
    }

    [NodeFact]
    public async Task It_sees_changes_by_polling_when_pushes_are_off()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--Deadlines:WarmUp=00:00:00", "--Switches:pushEnabled=false");
        await using RunningProgram consumer = await StartAsync(server);
        await using RunningProgram provider = await StartAsync(server);
        await consumer.WriteLineAsync("subscribe orders");
        await provider.WriteLineAsync("register orders 1.1.1.1 8080");
        await consumer.WaitForLineAsync(static line => line == "hosts orders [1.1.1.1:8080]", TimeSpan.FromSeconds(60));
        Assert.DoesNotContain(consumer.Lines, static line => line.StartsWith("datagram", StringComparison.Ordinal));
    }

    private static async Task<RunningProgram> StartAsync(ServerProcess server)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "Node", "client.js");
        RunningProgram client = RunningProgram.StartCommand(
            "node", script, string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{server.HttpPort}"), NodeFactAttribute.Modules);
        await client.WaitForLineAsync(static line => line == "ready", Soon);
        return client;
    }

    private static void AssertNoErrors(RunningProgram client) => Assert.DoesNotContain(
        client.Lines, static line => line.StartsWith("error", StringComparison.Ordinal) || line.StartsWith("failed", StringComparison.Ordinal));
}
