using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FastRegistry.Tests;

namespace FastRegistry.ProcessTests;

/// <summary>The proxy paces; a busy machine may make it slower, never faster.</summary>
public sealed class PacingProxyTests : IAsyncDisposable
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(40);

    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private int _connections;

    public PacingProxyTests() => _server.Start();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_byte_there_and_back_takes_a_round_trip()
    {
        await using PacingProxy proxy = new(Port, new PacedLine(RoundTrip / 2), new PacedLine(RoundTrip / 2));
        (Socket client, Socket server) = await ConnectAsync(proxy);
        TimeSpan shortest = TimeSpan.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            await client.SendAsync(new byte[1], Stop);
            await ReceiveAsync(server, 1);
            await server.SendAsync(new byte[1], Stop);
            await ReceiveAsync(client, 1);
            TimeSpan took = Stopwatch.GetElapsedTime(begin);
            shortest = took < shortest ? took : shortest;
            Assert.True(took >= RoundTrip, $"{took.TotalMilliseconds} ms");
        }

        Assert.True(shortest < RoundTrip * 3, $"never below {shortest.TotalMilliseconds} ms");
    }

    [Fact]
    public async Task Bytes_pass_at_the_rate_and_the_other_direction_at_its_own()
    {
        const int Bytes = 1_000_000;
        const double Megabits = 16;
        await using PacingProxy proxy = new(Port, PacedLine.Immediate, new PacedLine(RoundTrip / 2, Megabits));
        (Socket client, Socket server) = await ConnectAsync(proxy);
        Task sending = server.SendAsync(new byte[Bytes], Stop).AsTask();
        long begin = Stopwatch.GetTimestamp();
        await ReceiveAsync(client, Bytes);
        TimeSpan took = Stopwatch.GetElapsedTime(begin);
        await sending;

        // What the first piece took before the clock ran is not in it.
        TimeSpan exact = TimeSpan.FromSeconds(Bytes * 8 / (Megabits * 1e6));
        Assert.InRange(took, exact * 0.95, exact * 3);

        begin = Stopwatch.GetTimestamp();
        sending = client.SendAsync(new byte[Bytes], Stop).AsTask();
        await ReceiveAsync(server, Bytes);
        await sending;
        Assert.True(Stopwatch.GetElapsedTime(begin) < exact, "the way to the server has no bound");
        Assert.Equal(Bytes, proxy.BytesToClients);
    }

    [Fact]
    public async Task A_sender_waits_when_the_buffers_are_full()
    {
        await using PacingProxy proxy = new(Port, PacedLine.Immediate, new PacedLine(TimeSpan.Zero, MegabitsPerSecond: 0.1));
        (_, Socket server) = await ConnectAsync(proxy);
        server.SendBufferSize = 64 * 1024;
        server.Blocking = false;
        int taken = 0;
        byte[] piece = new byte[16 * 1024];
        await Eventually.TrueAsync(() =>
        {
            int before = taken;
            while (taken < 16 * 1024 * 1024)
            {
                int sent = server.Send(piece, SocketFlags.None, out SocketError error);
                if (error == SocketError.WouldBlock)
                {
                    break;
                }

                taken += sent;
            }

            return taken == before;
        });
        Assert.InRange(taken, 64 * 1024, 2 * 1024 * 1024);
    }

    [Fact]
    public async Task Frozen_connections_are_silent_and_go_on_without_a_loss()
    {
        await using PacingProxy proxy = new(Port, new PacedLine(RoundTrip / 2), new PacedLine(RoundTrip / 2, MegabitsPerSecond: 50));
        (Socket client, Socket server) = await ConnectAsync(proxy);
        byte[] sent = [.. Enumerable.Range(0, 500_000).Select(static i => (byte)(i % 251))];
        Task sending = server.SendAsync(sent, Stop).AsTask();
        byte[] first = await ReceiveAsync(client, 50_000);
        proxy.Freeze();

        // A new connection works beside the frozen one.
        (Socket other, Socket otherServer) = await ConnectAsync(proxy);
        await other.SendAsync(new byte[10], Stop);
        await ReceiveAsync(otherServer, 10);
        await otherServer.SendAsync(new byte[10], Stop);
        await ReceiveAsync(other, 10);
        int there = client.Available;
        await client.SendAsync(new byte[1], Stop);
        await otherServer.SendAsync(new byte[10], Stop);
        await ReceiveAsync(other, 10);
        Assert.InRange(client.Available, there, there + (16 * 1024));
        Assert.Equal(0, server.Available);

        proxy.GoOn();
        byte[] rest = await ReceiveAsync(client, sent.Length - first.Length);
        await sending;
        await ReceiveAsync(server, 1);
        byte[] received = [.. first, .. rest];
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task A_cut_resets_both_sides()
    {
        await using PacingProxy proxy = new(Port, new PacedLine(RoundTrip / 2), new PacedLine(RoundTrip / 2));
        (Socket client, Socket server) = await ConnectAsync(proxy);
        proxy.Cut();
        foreach (Socket socket in new[] { client, server })
        {
            SocketException fault = await Assert.ThrowsAsync<SocketException>(() => socket.ReceiveAsync(new byte[1], Stop).AsTask());
            Assert.Equal(SocketError.ConnectionReset, fault.SocketErrorCode);
        }

        await Eventually.TrueAsync(() => proxy.Open == 0);
    }

    [Fact]
    public async Task An_end_passes_behind_the_bytes()
    {
        await using PacingProxy proxy = new(Port, new PacedLine(RoundTrip / 2), new PacedLine(RoundTrip / 2, MegabitsPerSecond: 50));
        (Socket client, Socket server) = await ConnectAsync(proxy);
        await server.SendAsync(new byte[200_000], Stop);
        server.Shutdown(SocketShutdown.Send);
        await ReceiveAsync(client, 200_000);
        Assert.Equal(0, await client.ReceiveAsync(new byte[1], Stop));
        client.Close();
        Assert.Equal(0, await server.ReceiveAsync(new byte[1], Stop));
        await Eventually.TrueAsync(() => proxy.Open == 0);
    }

    private async Task<(Socket Client, Socket Server)> ConnectAsync(PacingProxy proxy)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(IPEndPoint.Parse(proxy.Address), Stop);
        Socket server = await _server.AcceptSocketAsync(Stop);
        server.NoDelay = true;
        int connections = ++_connections;
        await Eventually.TrueAsync(() => proxy.Accepted == connections);
        return (client, server);
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int bytes)
    {
        byte[] received = new byte[bytes];
        int count = 0;
        while (count < bytes)
        {
            int more = await socket.ReceiveAsync(received.AsMemory(count), Stop);
            Assert.True(more > 0, $"the connection ended after {count} bytes");
            count += more;
        }

        return received;
    }
}
