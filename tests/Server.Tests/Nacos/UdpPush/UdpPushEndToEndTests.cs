using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Server.Tests.Http;

namespace FastRegistry.Server.Tests.Nacos.UdpPush;

public sealed class UdpPushEndToEndTests
{
    [Fact]
    public async Task A_poll_with_a_port_subscribes_and_what_any_client_registers_is_pushed()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        using UdpClient receiver = new(new IPEndPoint(IPAddress.Loopback, 0));
        await PollAsync(node, receiver, "Nacos-Java-Client:v1.4.6");
        await node.OkAsync(HttpMethod.Post, "serviceName=s&ip=1.1.1.1&port=80");
        (UdpReceiveResult first, JsonElement list) = await ReceiveAsync(receiver);
        Assert.Equal(80, Assert.Single(list.GetProperty("hosts").EnumerateArray()).GetProperty("port").GetInt32());
        await receiver.SendAsync(DatagramCatcher.AcknowledgementOf(first.Buffer), first.RemoteEndPoint, TestContext.Current.CancellationToken);

        RegistryClient native = Make.Client();
        node.Host.Node.Registry.Register(native, "s", Make.Instance(81));
        JsonElement both = (await ReceiveAsync(receiver)).List;
        Assert.Equal([80, 81], both.GetProperty("hosts").EnumerateArray().Select(static host => host.GetProperty("port").GetInt32()).Order());
    }

    [Theory]
    [InlineData("curl/8.5.0", "&udpPort={0}")]
    [InlineData("Nacos-Java-Client:v1.4.6", "&udpPort=0")]
    [InlineData("Nacos-Java-Client:v1.4.6", "&udpPort=")]
    [InlineData("Nacos-Java-Client:v1.4.6", "&udpPort=70000")]
    [InlineData("Nacos-Java-Client:v1.4.6", "&udpPort=-1")]
    public async Task Who_does_not_understand_datagrams_or_names_no_port_is_not_subscribed(string agent, string query)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        using UdpClient receiver = new(new IPEndPoint(IPAddress.Loopback, 0));
        await PollAsync(node, receiver, agent, query);
        Assert.Equal(0, node.Host.Node.Registry.SubscriptionCount);
        Assert.Equal(0, node.Host.Node.Registry.ServiceCount);
    }

    [Fact]
    public async Task A_port_that_is_no_number_is_400()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Assert.Equal((HttpStatusCode.BadRequest, "For input string: \"x\""), await node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}/list?serviceName=s&udpPort=x"));
    }

    private static async Task PollAsync(HttpNode node, UdpClient receiver, string agent, string query = "&udpPort={0}&clientIP=10.1.2.3&app=shop")
    {
        int port = ((IPEndPoint)receiver.Client.LocalEndPoint!).Port;
        string path = $"{HttpNode.InstancePath}/list?serviceName=s{query.Replace("{0}", $"{port}", StringComparison.Ordinal)}";
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("User-Agent", agent);
        using HttpResponseMessage response = await node.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task<(UdpReceiveResult Datagram, JsonElement List)> ReceiveAsync(UdpClient receiver)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        UdpReceiveResult received = await receiver.ReceiveAsync(deadline.Token);
        return (received, DatagramCatcher.ListOf(received.Buffer));
    }
}
