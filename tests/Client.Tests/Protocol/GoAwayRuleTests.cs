using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Protocol;

/// <summary>Rules of sections 5, 12 and 14 of <c>docs/protocol.md</c> for what a node may send and a client may not know.</summary>
public sealed class GoAwayRuleTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private static readonly RegistryInstance A = new("10.0.0.1", 80);
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [ProtocolRule("G-1", "G-6")]
    [InlineData((int)GoAwayReason.InternalError)]
    [InlineData((int)GoAwayReason.FrameTimeout)]
    [InlineData((int)GoAwayReason.SlowConsumer)]
    [InlineData((int)GoAwayReason.Unauthenticated)]
    [InlineData(4711)]
    public async Task After_a_goaway_no_request_goes_to_the_old_connection_and_the_client_connects_again(int reason)
    {
        // Virtual time may run ahead of a busy machine: the registration must not time out before the client has connected again.
        NamingClient client = await _fixture.ConnectAsync(static options => options with { RequestTimeout = TimeSpan.FromMinutes(2) });
        ServerEnd left = Server.Last;
        left.GoAway((GoAwayReason)reason);
        await _fixture.UntilAsync(() => client.State != ConnectionState.Connected);
        ValueTask registration = client.RegisterAsync(Orders, A);
        await _fixture.PassUntilAsync(() => Server.Connections.Count == 2 && Server.Requests(MessageType.Register).Count + Server.Requests(MessageType.BatchRegister).Count > 0);

        await _fixture.CompletesAsync(registration);
        Assert.All(Server.Frames.Where(static frame => frame.Kind == FrameKind.Request && frame.Type != MessageType.Setup), frame => Assert.NotSame(left, frame.On));
    }

    [Fact]
    [ProtocolRule("V-5", "M-5")]
    public async Task A_list_with_an_unknown_value_of_an_enum_and_unknown_fields_is_taken()
    {
        NamingClient client = await _fixture.ConnectAsync();
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, log.Note));
        Snapshot list = ScriptedServer.List("orders", 1, 2, A);
        list.EmptyReason = (Wire.Messages.EmptyReason)4711;
        list.MergeFrom([0xFA, 0x07, 0x01, 0xFF]);
        Server.Push("orders", list);
        await _fixture.UntilAsync(() => log.Count == 2);

        Assert.Equal([A], log.Last.Instances);
    }

    [Fact]
    [ProtocolRule("M-6")]
    public async Task A_push_that_does_not_parse_ends_the_connection()
    {
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.SubscribeAsync(Orders, new ChangeLog().Note));
        byte[] body = [.. new byte[PushPrefix.Size], 0x0A, 0x7F, 0x41];
        Server.Last.SendRaw(new FrameHeader((uint)body.Length, FrameKind.Push, FrameFlags.None, MessageType.SnapshotPush, Server.SubscriptionOf("orders")), body);
        await _fixture.PassUntilAsync(() => Server.Of(FrameKind.GoAway).Count == 1);

        Assert.Equal((uint)GoAwayReason.MalformedFrame, Server.Of(FrameKind.GoAway)[0].Parse<GoAway>().Reason);
    }
}
