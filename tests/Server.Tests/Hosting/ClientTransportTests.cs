using System.Net;
using System.Net.Sockets;
using FastRegistry.Node.Hosting;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Server.Tests.Hosting;

/// <summary>A whole server is the same on whatever carries its connections.</summary>
public sealed class ClientTransportTests
{
    [Theory]
    [InlineData("Auto", 1)]
    [InlineData("epoll", 1)]
    [InlineData("socket", 0)]
    public async Task Clients_are_served_whatever_carries_them(string kind, int loops)
    {
        Assert.SkipWhen(kind == "epoll" && !OperatingSystem.IsLinux(), "there is no epoll");
        await using HttpNode node = await HttpNode.StartAsync($"--ClientTransport:Kind={kind}");
        using TcpClient client = await SetUpAsync(node.Host.Node);
        byte[] ping = new byte[UInt64Body.Size];
        new UInt64Body(42).Write(ping);
        await client.GetStream().WriteAsync(
            RawClient.FrameBytes(new FrameHeader(UInt64Body.Size, FrameKind.Ping, FrameFlags.None, MessageType.None, 0), ping), TestContext.Current.CancellationToken);
        (FrameHeader pong, byte[] body) = await ReadAsync(client);
        Assert.Equal(FrameKind.Pong, pong.Kind);
        Assert.Equal(42ul, UInt64Body.Read(body).Value);

        (_, string metrics) = await node.SendAsync(HttpMethod.Get, "/metrics");
        Assert.Contains($"fastregistry_transport_loops {(OperatingSystem.IsLinux() ? loops : 0)}\n", metrics, StringComparison.Ordinal);
        Assert.Equal(loops == 1 && OperatingSystem.IsLinux(), node.Host.Node.Epoll is { Events: > 0, Waits: > 0 });

        client.Close();
        await Eventually.TrueAsync(() => node.Host.Node.Services.Sessions.Count == 0, "the session has ended");
    }

    [Theory]
    [InlineData("Auto")]
    [InlineData("Socket")]
    public async Task One_connection_too_many_is_told_so_whatever_carries_it(string kind)
    {
        await using HttpNode node = await HttpNode.StartAsync($"--ClientTransport:Kind={kind}", "--Limits:Connections=1");
        using TcpClient first = await SetUpAsync(node.Host.Node);
        using TcpClient second = await ConnectAsync(node.Host.Node);
        (FrameHeader goAway, _) = await ReadAsync(second);
        Assert.Equal(FrameKind.GoAway, goAway.Kind);
        Assert.Equal(0, await second.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken));
        Assert.Equal(1, node.Host.Node.Services.Sessions.Count);
    }

    [Theory]
    [InlineData("Auto")]
    [InlineData("Socket")]
    public async Task A_stop_ends_everybody_and_a_new_server_takes_the_port(string kind)
    {
        HttpNode node = await HttpNode.StartAsync($"--ClientTransport:Kind={kind}", "--Deadlines:GoAwaySpread=00:00:00", "--Deadlines:Drain=00:00:00");
        IPEndPoint address = node.Host.Node.ClientEndPoint!;
        using TcpClient client = await SetUpAsync(node.Host.Node);
        await node.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (true)
            {
                await ReadAsync(client);
            }
        });
        Assert.Equal(0, node.Host.Node.Services.Sessions.Count);
        Assert.Equal(0, node.Host.Node.Resources.Blocks.Rented);
        await using HttpNode next = await HttpNode.StartAsync($"--ClientTransport:Kind={kind}", $"--ClientTransport:Port={address.Port}");
        using TcpClient back = await SetUpAsync(next.Host.Node);
    }

    private static async Task<TcpClient> ConnectAsync(RegistryNode node)
    {
        TcpClient client = new();
        await client.ConnectAsync(node.ClientEndPoint!, TestContext.Current.CancellationToken);
        return client;
    }

    private static async Task<TcpClient> SetUpAsync(RegistryNode node)
    {
        TcpClient client = await ConnectAsync(node);
        byte[] hello = [.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 1, RawClient.NewSetup())];
        await client.GetStream().WriteAsync(hello, TestContext.Current.CancellationToken);
        (FrameHeader header, byte[] body) = await ReadAsync(client);
        Assert.Equal((FrameKind.Response, FrameFlags.None), (header.Kind, header.Flags));
        Assert.NotNull(SetupReply.Parser.ParseFrom(body));
        return client;
    }

    private static async Task<(FrameHeader Header, byte[] Body)> ReadAsync(TcpClient client)
    {
        byte[] bytes = new byte[FrameHeader.Size];
        await client.GetStream().ReadExactlyAsync(bytes, TestContext.Current.CancellationToken);
        FrameHeader header = FrameHeader.Read(bytes, out _);
        byte[] body = new byte[header.BodyLength];
        await client.GetStream().ReadExactlyAsync(body, TestContext.Current.CancellationToken);
        return (header, body);
    }
}
