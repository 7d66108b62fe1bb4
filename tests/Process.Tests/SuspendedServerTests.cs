using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastRegistry.ProcessTests;

/// <summary>A server process that is stopped for longer than anything lives without a sign of life, and goes on: what it could not hear it does not hold against anybody.</summary>
public sealed class SuspendedServerTests
{
    // Longer than an instance lives without beats and a subscriber without polls.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [ProcessFact]
    public async Task Instances_without_beats_stay_and_subscribers_by_datagram_are_pushed_to()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--Deadlines:WarmUp=00:00:00");
        using HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{server.HttpPort}") };
        http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "Nacos-Java-Client:v1.4.6");
        using UdpClient subscriber = new(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)subscriber.Client.LocalEndPoint!).Port;
        await RegisterAsync(http, "1.1.1.1");
        await http.GetStringAsync(new Uri($"/nacos/v1/ns/instance/list?serviceName=s&udpPort={port}", UriKind.Relative), TestContext.Current.CancellationToken);

        server.Program.Signal(RunningProgram.SignalStop);
        await Task.Delay(Pause, TestContext.Current.CancellationToken);
        server.Program.Signal(RunningProgram.SignalContinue);

        Assert.Equal(["1.1.1.1:80"], await server.ListAsync("s"));
        await RegisterAsync(http, "1.1.1.2");
        string datagram = await ReceiveAsync(subscriber);
        Assert.Contains("1.1.1.1#80", datagram, StringComparison.Ordinal);
        Assert.Contains("1.1.1.2#80", datagram, StringComparison.Ordinal);
    }

    private static async Task RegisterAsync(HttpClient http, string ip)
    {
        using HttpResponseMessage response = await http.PostAsync(
            new Uri($"/nacos/v1/ns/instance?serviceName=s&ip={ip}&port=80", UriKind.Relative), content: null, TestContext.Current.CancellationToken);
        Assert.Equal("ok", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Two instances fit without compression.</summary>
    private static async Task<string> ReceiveAsync(UdpClient subscriber)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Soon);
        return Encoding.UTF8.GetString((await subscriber.ReceiveAsync(deadline.Token)).Buffer);
    }
}
