using System.Net;
using System.Net.Sockets;
using System.Text;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Server.Tests.Nacos.Instances;

public sealed class NativeAndRemoteTests
{
    [Fact]
    public async Task An_instance_registered_by_HTTP_is_pushed_to_a_native_subscriber()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        using TcpClient socket = new();
        await socket.ConnectAsync(node.Host.Node.ClientEndPoint!, TestContext.Current.CancellationToken);
        NetworkStream stream = socket.GetStream();
        byte[] hello =
        [
            .. RawClient.PrefaceBytes(),
            .. RawClient.RequestBytes(MessageType.Setup, 1, RawClient.NewSetup()),
            .. RawClient.RequestBytes(MessageType.Subscribe, 2, new SubscribeRequest { Subscriptions = { NamingClient.NewSubscription(9, "s") } }),
        ];
        await stream.WriteAsync(hello, TestContext.Current.CancellationToken);
        Assert.Equal(1UL, (await ReadAsync(stream)).CorrelationId);
        ReceivedFrame[] answers = [await ReadAsync(stream), await ReadAsync(stream)];
        Assert.Empty(Assert.Single(answers, static frame => frame.Kind == FrameKind.Response).Answer(SubscribeReply.Parser).Refused);
        Assert.Empty(Assert.Single(answers, static frame => frame.Kind == FrameKind.Push).Pushed.Instances);

        await node.OkAsync(HttpMethod.Post, "serviceName=s&ip=10.0.0.1&port=80");
        ReceivedFrame push = await ReadAsync(stream);
        Assert.Equal(9UL, push.CorrelationId);
        Assert.Equal([80], push.Pushed.Ports());
        RegisterRequest same = new() { Name = "s", Instance = NamingClient.NewInstance(80) };
        await stream.WriteAsync(RawClient.RequestBytes(MessageType.Register, 3, same), TestContext.Current.CancellationToken);
        (await ReadAsync(stream)).Answer(RegisterReply.Parser);
        Assert.Equal(["10.0.0.1:80:DEFAULT"], await node.ListedAsync("serviceName=s"));
    }

    [Fact]
    public async Task An_operator_call_from_another_address_is_refused()
    {
        IPAddress? address = Array.Find(
            await Dns.GetHostAddressesAsync(Dns.GetHostName(), AddressFamily.InterNetwork, TestContext.Current.CancellationToken), static a => !IPAddress.IsLoopback(a));
        Assert.SkipWhen(address is null, "this machine has no address but the loopback one");
        await using HttpNode node = await HttpNode.StartAsync("--Http:Address=0.0.0.0");
        using HttpClient remote = new() { BaseAddress = new Uri($"http://{address}:{node.Host.HttpAddress.Port}") };
        using StringContent nothing = new("", Encoding.UTF8);
        using HttpResponseMessage response = await remote.PostAsync(new Uri("/fastregistry/v1/operator/collect", UriKind.Relative), nothing, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    private static async Task<ReceivedFrame> ReadAsync(NetworkStream stream)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(10));
        byte[] header = new byte[FrameHeader.Size];
        await stream.ReadExactlyAsync(header, deadline.Token);
        FrameHeader frame = FrameHeader.Read(header, out _);
        byte[] body = new byte[frame.BodyLength];
        await stream.ReadExactlyAsync(body, deadline.Token);
        return new ReceivedFrame(frame, body);
    }
}
