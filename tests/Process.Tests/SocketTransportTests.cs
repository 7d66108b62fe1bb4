using System.Globalization;
using FastRegistry.Wire.Framing;

namespace FastRegistry.ProcessTests;

/// <summary>A server whose client connections are on System.Net.Sockets.</summary>
public sealed class SocketTransportTests
{
    private const int Pings = 1000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [ProcessFact]
    public async Task Frames_are_handled_on_the_runtimes_event_threads_and_not_on_the_pool()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--ClientTransport:Kind=Socket");
        using FrameSocket client = await FrameSocket.ConnectAsync(server.ClientPort, "pinger", null, Stop);
        await PingAsync(client);
        (long pool, long sockets) before = (Waits(server, ".NET TP Worker"), Waits(server, ".NET Sockets"));
        for (int i = 0; i < Pings; i++)
        {
            await PingAsync(client);
        }

        (long pool, long sockets) = (Waits(server, ".NET TP Worker") - before.pool, Waits(server, ".NET Sockets") - before.sockets);

        // Each ping finds the thread that handles it asleep, or nearly.
        Assert.True(sockets > Pings / 4, $"event threads slept {sockets} times");
        Assert.True(pool < Pings / 4, $"pool threads slept {pool} times, event threads {sockets} times");
    }

    private static async Task PingAsync(FrameSocket client)
    {
        await client.SendAsync(FrameKind.Ping, MessageType.None, 0, new byte[UInt64Body.Size], Stop);
        Assert.Equal(FrameKind.Pong, (await client.ReadAsync(Stop)).Header.Kind);
    }

    private static long Waits(ServerProcess server, string threadName) => Directory.EnumerateDirectories($"/proc/{server.Program.Id}/task")
        .Where(task => File.ReadAllText(Path.Combine(task, "comm")).TrimEnd() == threadName)
        .SelectMany(static task => File.ReadLines(Path.Combine(task, "status")))
        .Where(static line => line.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal))
        .Sum(static line => long.Parse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1).Trim(), CultureInfo.InvariantCulture));
}
