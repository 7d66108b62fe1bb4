using System.Collections.Immutable;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Tests.Framing;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Protocol;

/// <summary>The vectors of <c>docs/protocol.md</c> against the client: the node's bytes come in, and what the client makes of them is looked at.</summary>
/// <remarks>The correlation id of an answer is that of the client's request, and that of a push the client's subscription id: both are put in place of the golden
/// ones. Everything else of a frame is golden.</remarks>
public sealed class ProtocolSessionTests : IAsyncDisposable
{
    private static readonly ServiceKey Pay = new("pay");
    private static readonly RegistryInstance One = new("10.0.0.1", 8080);
    private static readonly RegistryInstance Two = new("10.0.0.2", 8080);

    private readonly ClientFixture _fixture = new();

    public ProtocolSessionTests()
    {
        Server.Answers[MessageType.Setup] = frame => Answer(frame, GoldenVectors.SetupReplyFrame);
        Server.Answers[MessageType.Subscribe] = frame =>
        {
            Answer(frame, GoldenVectors.AllInPlaceReplyFrame);
            Send(GoldenVectors.FirstPushFrame, Subscription(frame));
            return null;
        };
        Server.Answers[MessageType.Unsubscribe] = frame => Answer(frame, GoldenVectors.UnsubscribeReplyFrame);
    }

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    [ProtocolRule("C-1", "C-16", "A-2", "A-3", "L-3", "C-19", "C-25", "S-3")]
    public async Task The_session_of_the_document_is_one_that_the_client_leads()
    {
        Server.Answers[MessageType.Register] = frame =>
        {
            Answer(frame, GoldenVectors.RegisterReplyFrame);
            Send(GoldenVectors.SnapshotPushFrame, Subscription());
            return null;
        };
        Server.Answers[MessageType.Deregister] = frame =>
        {
            Answer(frame, GoldenVectors.DeregisterReplyFrame);
            Send(GoldenVectors.EmptiedPushFrame, Subscription());
            return null;
        };
        NamingClient client = await _fixture.ConnectAsync(static options => options with { ClientName = "orders" });
        SetupRequest setup = Assert.Single(Server.Requests(MessageType.Setup)).Parse<SetupRequest>();
        SetupRequest golden = SetupRequest.Parser.ParseFrom(GoldenVectors.Bytes(GoldenVectors.SetupRequestFrame).AsSpan(FrameHeader.Size));
        Assert.Equal((golden.ClientName, golden.ConnectionNumber, golden.Limits, golden.Capabilities), (setup.ClientName, setup.ConnectionNumber, setup.Limits, setup.Capabilities));
        Assert.Equal(golden.ClientInstanceId.Length, setup.ClientInstanceId.Length);

        ChangeLog log = new();
        ISubscription subscription = await _fixture.CompletesAsync(client.SubscribeAsync(Pay, log.Note));
        Assert.Equal((EmptyReason.NeverSeen, new ServiceVersion(1, 2, 0)), (log.Last.EmptyReason, log.Last.Version));
        await _fixture.UntilAsync(() => Server.Of(FrameKind.Ack).Count == 1);
        AssertGolden(GoldenVectors.AckFrame, Server.Of(FrameKind.Ack)[0]);

        await _fixture.CompletesAsync(client.RegisterAsync(Pay, One));
        await _fixture.UntilAsync(() => log.Count == 2);
        Assert.Equal([One], log.Last.Instances);
        Assert.Equal(new ServiceVersion(1, 2, 1), log.Last.Version);

        await _fixture.CompletesAsync(client.DeregisterAsync(Pay, One));
        await _fixture.UntilAsync(() => log.Count == 3);
        Assert.Equal((0, EmptyReason.Deregistered, new ServiceVersion(1, 2, 2)), (log.Last.Instances.Length, log.Last.EmptyReason, log.Last.Version));

        await _fixture.PassUntilAsync(() => Server.Of(FrameKind.Ping).Count == 1);
        ReceivedFrame ping = Server.Of(FrameKind.Ping)[0];
        Assert.Equal(FrameHeader.Read(GoldenVectors.Bytes(GoldenVectors.PingFrame), out _), ping.Header);

        await subscription.DisposeAsync();
        await _fixture.UntilAsync(() => Server.Requests(MessageType.Unsubscribe).Count == 1);
        Task disposal = client.DisposeAsync().AsTask();
        await _fixture.UntilAsync(() => Server.Of(FrameKind.GoAway).Count == 1);
        Assert.Equal((uint)GoAwayReason.ClientClosing, Server.Of(FrameKind.GoAway)[0].Parse<GoAway>().Reason);
        await _fixture.PassUntilAsync(() => disposal.IsCompleted);
        Assert.Single(Server.Of(FrameKind.Ack));
    }

    [Fact]
    [ProtocolRule("D-3")]
    public async Task The_delta_of_the_document_fits_its_list()
    {
        ChangeLog log = await SubscribeAsync();
        Server.Last.Push(Subscription(), ScriptedServer.List("pay", 2, 7, One));
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 7);
        Send(GoldenVectors.DeltaPushFrame, Subscription());
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 9);

        Assert.Equal([Two], log.Last.Instances);
        Assert.Single(Server.Subscriptions);
    }

    [Fact]
    [ProtocolRule("U-1", "U-2", "S-7")]
    public async Task An_unchanged_list_takes_the_version_of_the_document()
    {
        ChangeLog log = await SubscribeAsync();
        Server.Last.Push(Subscription(), ScriptedServer.List("pay", 2, 7, One));
        await _fixture.UntilAsync(() => log.Last.Version.Revision == 7);
        Send(GoldenVectors.UnchangedPushFrame, Subscription());
        await _fixture.UntilAsync(() => log.Last.IsProvisional);

        Assert.Equal([One], log.Last.Instances);
        Assert.Equal(new ServiceVersion(1, 3, 1), log.Last.Version);
        ReceivedFrame resume = await ReconnectAsync();
        HeldList held = Assert.Single(resume.Parse<SubscribeRequest>().Subscriptions).Held;
        HeldList golden = SubscribeRequest.Parser.ParseFrom(GoldenVectors.Bytes(GoldenVectors.ResumeRequestFrame).AsSpan(FrameHeader.Size)).Subscriptions[0].Held;
        Assert.Equal((golden.Count, golden.Digest, ScriptedServer.Epoch(3), 1UL), (held.Count, held.Digest, held.Epoch, held.Revision));
    }

    [Fact]
    [ProtocolRule("U-4", "U-5")]
    public async Task An_ended_subscription_keeps_its_list_and_the_connection_lives_on()
    {
        ChangeLog log = await SubscribeAsync();
        Send(GoldenVectors.EndedPushFrame, Subscription());
        await _fixture.UntilAsync(() => _fixture.Log.Lines.Any(static line => line.Contains("list too large", StringComparison.Ordinal)));

        Assert.False(Server.Last.IsClosed);
        Assert.Equal(1, log.Count);

        // It is tried again in its own time, under another id.
        await _fixture.PassUntilAsync(() => Server.Subscriptions.Count > 1);
        Assert.NotEqual(Server.Subscriptions[0].Id, Server.Subscriptions[1].Id);
        Assert.Empty(Server.Requests(MessageType.Unsubscribe));
    }

    [Fact]
    [ProtocolRule("E-1")]
    public async Task An_error_of_the_document_reaches_the_caller_as_it_is()
    {
        Server.Answers[MessageType.Register] = frame => Answer(frame, GoldenVectors.ErrorResponseFrame);
        NamingClient client = await _fixture.ConnectAsync();
        RegistryException refused = await _fixture.FailsAsync(client.RegisterAsync(Pay, One));
        Assert.Equal((RegistryErrorCode.InvalidArgument, "port", false), (refused.Code, refused.Field, refused.Retryable));
        Assert.Contains("0 is no port", refused.Message, StringComparison.Ordinal);

        Server.Answers[MessageType.Register] = frame => Answer(frame, GoldenVectors.OverloadedResponseFrame);
        RegistryException overloaded = await _fixture.FailsAsync(client.RegisterAsync(Pay, One));
        Assert.Equal((RegistryErrorCode.Overloaded, true, TimeSpan.FromMilliseconds(500)), (overloaded.Code, overloaded.Retryable, overloaded.RetryAfter));
    }

    [Fact]
    public async Task Every_field_of_a_listed_instance_is_read()
    {
        Server.Answers[MessageType.Query] = frame => Answer(frame, GoldenVectors.QueryReplyFrame);
        NamingClient client = await _fixture.ConnectAsync();
        IReadOnlyList<RegistryInstance> list = await _fixture.CompletesAsync(client.GetInstancesAsync(Pay, new InstanceQuery { Subscribe = false }));

        Assert.Equal(
            One with
            {
                Weight = 2.5,
                Cluster = "east",
                Metadata = ImmutableDictionary<string, string>.Empty.Add("zone", "a"),
                InstanceId = "pay-1",
                IsOverridden = true,
            },
            Assert.Single(list));
    }

    [Fact]
    public async Task A_page_of_names_is_read()
    {
        Server.Answers[MessageType.ListServices] = frame => Answer(frame, GoldenVectors.ListServicesReplyFrame);
        NamingClient client = await _fixture.ConnectAsync();
        ServiceList page = await _fixture.CompletesAsync(client.ListServicesAsync(page: new ServicePage(2, 10)));

        Assert.Equal(12, page.Total);
        Assert.Equal(["pay", "stock"], page.Names);
        ListServicesRequest request = Assert.Single(Server.Requests(MessageType.ListServices)).Parse<ListServicesRequest>();
        ListServicesRequest golden = ListServicesRequest.Parser.ParseFrom(GoldenVectors.Bytes(GoldenVectors.ListServicesRequestFrame).AsSpan(FrameHeader.Size));
        Assert.Equal((golden.PageNumber, golden.PageSize), (request.PageNumber, request.PageSize));
    }

    [Fact]
    [ProtocolRule("C-17", "X-2", "X-4")]
    public async Task The_goaway_of_the_document_sends_the_client_to_its_address()
    {
        ScriptedServer two = _fixture.AddServer("127.0.0.2:7848");
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.PassAsync(TimeSpan.FromSeconds(6));
        Send(GoldenVectors.NodeInfoPushFrame, 0);
        Send(GoldenVectors.GoAwayFrame, 0);
        await _fixture.PassUntilAsync(() => Server.Of(FrameKind.GoAway).Count == 1);

        // The client adds a text.
        GoAway golden = GoAway.Parser.ParseFrom(GoldenVectors.Bytes(GoldenVectors.ClientMovedFrame).AsSpan(FrameHeader.Size));
        Assert.Equal(golden.Reason, Server.Of(FrameKind.GoAway)[0].Parse<GoAway>().Reason);
        Assert.Single(two.Connections);
        Assert.Equal(ConnectionState.Connected, client.State);
    }

    [Theory]
    [ProtocolRule("F-10", "F-4", "C-18", "T-12")]
    [InlineData(nameof(GoldenVectors.ProbeFrame), nameof(GoldenVectors.PongFrame))]
    [InlineData(nameof(GoldenVectors.PingFrame), nameof(GoldenVectors.PongFrame))]
    [InlineData(nameof(GoldenVectors.SkippableUnknownFrame), null)]
    [InlineData(nameof(GoldenVectors.AckFrame), null)]
    [InlineData(nameof(GoldenVectors.CancelFrame), null)]
    [InlineData(nameof(GoldenVectors.CreditFrame), null)]
    [InlineData(nameof(GoldenVectors.StreamResetFrame), null)]
    [InlineData(nameof(GoldenVectors.PongFrame), null)]
    [InlineData(nameof(GoldenVectors.RegisterReplyFrame), null)]
    [InlineData(nameof(GoldenVectors.SnapshotPushFrame), null)]
    public async Task A_frame_of_a_node_has_its_answer_or_none(string sent, string? answer)
    {
        await _fixture.ConnectAsync();
        int before = Server.Frames.Count;
        Send(GoldenVectors.Frames.Single(frame => frame.Name == sent).Bytes);
        Server.Last.Probe(4711);
        await _fixture.UntilAsync(() => Server.Of(FrameKind.Pong).Any(static pong => UInt64Body.Read(pong.Body).Value == 4711));

        IReadOnlyList<ReceivedFrame> answers = [.. Server.Frames.Skip(before)];
        Assert.Equal(answer is null ? 1 : 2, answers.Count);
        if (answer is not null)
        {
            Assert.Equal(Convert.ToHexString(GoldenVectors.Frames.Single(frame => frame.Name == answer).Bytes), Convert.ToHexString(BytesOf(answers[0])));
        }
    }

    [Fact]
    [ProtocolRule("F-10")]
    public async Task A_request_of_a_node_is_answered_with_an_error()
    {
        await _fixture.ConnectAsync();
        Send(GoldenVectors.Bytes(GoldenVectors.RegisterRequestFrame));
        await _fixture.UntilAsync(() => Server.Of(FrameKind.Response).Count == 1);

        ReceivedFrame answer = Server.Of(FrameKind.Response)[0];
        Assert.Equal((MessageType.Register, (7UL << 32) | 3, (uint)ErrorCode.UnknownOperation), (answer.Type, answer.CorrelationId, answer.Error.Code));
        Assert.False(Server.Last.IsClosed);
    }

    private static byte[] BytesOf(ReceivedFrame frame)
    {
        byte[] bytes = new byte[FrameHeader.Size + frame.Body.Length];
        frame.Header.Write(bytes);
        frame.Body.CopyTo(bytes, FrameHeader.Size);
        return bytes;
    }

    private static void AssertGolden(string golden, ReceivedFrame frame) => Assert.Equal(Convert.ToHexString(GoldenVectors.Bytes(golden)), Convert.ToHexString(BytesOf(frame)));

    private static ulong Subscription(ReceivedFrame subscribe) => subscribe.Parse<SubscribeRequest>().Subscriptions[0].Id;

    private ulong Subscription() => Server.SubscriptionOf("pay");

    private async Task<ChangeLog> SubscribeAsync()
    {
        NamingClient client = await _fixture.ConnectAsync();
        ChangeLog log = new();
        await _fixture.CompletesAsync(client.SubscribeAsync(Pay, log.Note));
        return log;
    }

    private async Task<ReceivedFrame> ReconnectAsync()
    {
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => Server.Requests(MessageType.Subscribe).Count == 2);
        return Server.Requests(MessageType.Subscribe)[1];
    }

    private Google.Protobuf.IMessage? Answer(ReceivedFrame request, string golden)
    {
        Send(golden, request.CorrelationId);
        return null;
    }

    private void Send(string golden, ulong correlationId)
    {
        byte[] bytes = GoldenVectors.Bytes(golden);
        Server.Last.SendRaw(FrameHeader.Read(bytes, out _) with { CorrelationId = correlationId }, bytes[FrameHeader.Size..]);
    }

    private void Send(byte[] bytes) => Server.Last.SendRaw(FrameHeader.Read(bytes, out _), bytes[FrameHeader.Size..]);
}
