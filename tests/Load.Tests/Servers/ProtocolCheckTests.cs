using System.Net;
using System.Net.Sockets;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Servers;
using FastRegistry.Load.Tests.Targets.Harness;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Load.Tests.Servers;

public sealed class ProtocolCheckTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_of_this_build_passes()
    {
        await using TestServer server = await TestServer.StartAsync();

        await ProtocolCheck.RequireAsync(server.Native, "the server", Stop);
    }

    [Fact]
    public async Task A_server_that_announces_no_limits_is_named_before_the_run()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task answering = AnswerAsync(listener, new SetupReply { ServerVersion = "0.0.9" });

        CannotRunException refused = await Assert.ThrowsAsync<CannotRunException>(
            () => ProtocolCheck.RequireAsync((IPEndPoint)listener.LocalEndpoint, "the product, old.dll", Stop));

        Assert.Equal(
            "the product, old.dll cannot be driven by this tool: set-up: the server announces no limits; it is a build from before protocol 1 was complete", refused.Message);
        await answering;
    }

    private static async Task AnswerAsync(TcpListener listener, SetupReply reply)
    {
        using Socket accepted = await listener.AcceptSocketAsync(Stop);
        await accepted.ReceiveAsync(new byte[4096], Stop);
        await accepted.SendAsync(ScriptedPeer.Frame(new FrameHeader(0, FrameKind.Response, FrameFlags.None, MessageType.Setup, 1), reply.ToByteArray()), Stop);
        while (await accepted.ReceiveAsync(new byte[4096], Stop) > 0)
        {
            // Until the client has closed.
        }
    }
}
