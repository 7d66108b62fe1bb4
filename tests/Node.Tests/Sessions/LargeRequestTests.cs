using FastRegistry.Node.Configuration;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Transport;
using Google.Protobuf;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>A request with a large body is run by a worker, in its place among the requests of its client.</summary>
public sealed class LargeRequestTests : IDisposable
{
    private readonly NodeFixture _node = new(new LimitOptions { QueuedRequests = 4 });

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Queries_behind_two_thousand_registrations_see_all_of_them()
    {
        RawClient client = _node.Connect();
        byte[] batch = Batch("s", first: 1, count: 2000);
        Assert.InRange(batch.Length, 150_000, 300_000);
        client.Write([.. batch, .. RawClient.RequestBytes(MessageType.Query, 11, new QueryRequest { Name = "s" }), .. RawClient.RequestBytes(MessageType.Deregister, 12, Deregistration("s", 7)), .. RawClient.RequestBytes(MessageType.Query, 13, new QueryRequest { Name = "s" })]);

        Dictionary<ulong, ReceivedFrame> answers = client.ReadAll().ToDictionary(static answer => answer.CorrelationId);
        Assert.True(answers[10].Answer(RegisterReply.Parser).Changed);
        Assert.Equal(1u, answers[12].Answer(DeregisterReply.Parser).Removed);
        Assert.Equal(1999, answers[13].Answer(Snapshot.Parser).Instances.Count);

        // The first list may have been made after the deregistration: queries of large lists are answered out of order.
        Assert.InRange(answers[11].Answer(Snapshot.Parser).Instances.Count, 1999, 2000);
        Assert.Equal(4, answers.Count);
    }

    [Fact]
    public void While_it_waits_for_a_worker_nothing_else_of_its_client_is_read_and_others_are_served()
    {
        RawClient client = _node.Connect();
        RawClient other = _node.Connect();
        long before = client.Connection.Outbound.SentBytes;
        long othersBefore = other.Connection.Outbound.SentBytes;
        client.WriteWithoutPump([.. Batch("s", first: 1, count: 1000), .. Ping()]);
        other.WriteWithoutPump([.. Ping(), .. RawClient.RequestBytes(MessageType.Register, 5, new RegisterRequest { Name = "o", Instance = NewInstance(1) })]);
        _node.PumpTransports();

        Assert.Equal(before, client.Connection.Outbound.SentBytes);
        Assert.True(client.Connection.IsInputHeld);
        Assert.Null(_node.Registry.Find("s"));
        Assert.True(other.Connection.Outbound.SentBytes > othersBefore);
        Assert.Equal(1, _node.Registry.Find("o")?.InstanceCount);
        Assert.Equal([FrameKind.Response, FrameKind.Pong], client.ReadAll().Select(static frame => frame.Kind));
        Assert.Equal(1000, _node.Registry.Find("s")?.InstanceCount);
        Assert.False(client.Connection.IsInputHeld);
    }

    [Fact]
    public void Several_of_one_write_are_run_in_their_order()
    {
        RawClient client = _node.Connect();
        client.Write([.. Batch("s", 1, 1000, replace: true), .. Batch("s", 2001, 900, replace: true), .. Batch("s", 4001, 800, replace: true), .. Ping()]);
        Assert.Equal(4, client.ReadAll().Count);
        Assert.Equal(Enumerable.Range(4001, 800), client.Query("s").Ports());
    }

    [Fact]
    public void A_large_subscribe_makes_its_subscriptions_before_what_stands_behind_it()
    {
        RawClient client = _node.Connect();
        string[] clusters = [.. Enumerable.Range(0, 10).Select(static i => $"cluster{i}")];
        SubscribeRequest request = new();
        request.Subscriptions.AddRange(Enumerable.Range(1, 1000).Select(i => NewSubscription((ulong)i, $"s{i}", healthyOnly: false, clusters)));
        byte[] bytes = RawClient.RequestBytes(MessageType.Subscribe, 10, request);
        Assert.True(bytes.Length > 64 * 1024);
        client.Write([.. bytes, .. RawClient.RequestBytes(MessageType.Unsubscribe, 11, new UnsubscribeRequest { SubscriptionId = 1000 })]);

        List<ReceivedFrame> frames = client.ReadAll();
        Assert.True(frames.Single(static frame => frame.CorrelationId == 11 && frame.Kind == FrameKind.Response).Answer(UnsubscribeReply.Parser).Removed);
        Assert.Equal(999, _node.Registry.SubscriptionCount);
        Assert.InRange(frames.Count(static frame => frame.Kind == FrameKind.Push), 999, 1000);
    }

    [Fact]
    public void The_end_of_the_connection_before_its_turn_leaves_nothing()
    {
        RawClient client = _node.Connect();
        client.WriteWithoutPump(Batch("s", first: 1, count: 1000));
        _node.PumpTransports();
        client.Connection.Abort(CloseReason.Aborted);
        _node.PumpTransports();
        _node.Pump();
        client.Close();
        Assert.Equal(0, _node.Registry.PublicationCount);
        _node.AssertNothingHeld();
    }

    [Fact]
    public void The_close_of_the_peer_while_it_waits_is_seen_and_leaves_nothing()
    {
        RawClient client = _node.Connect();
        client.WriteWithoutPump([.. Batch("s", first: 1, count: 1000), .. Ping()]);
        _node.PumpTransports();
        client.Close();
        Assert.Equal(0, _node.Registry.PublicationCount);
        _node.AssertNothingHeld();
    }

    [Fact]
    public void Without_a_place_in_the_queue_it_is_refused_as_overloaded_and_the_input_goes_on()
    {
        RawClient[] others = [.. Enumerable.Range(0, 4).Select(_ => _node.Connect())];
        RawClient client = _node.Connect();
        foreach (RawClient other in others)
        {
            other.WriteWithoutPump(RawClient.RequestBytes(MessageType.ListServices, 1, new ListServicesRequest()));
        }

        _node.PumpTransports();
        client.WriteWithoutPump([.. Batch("s", first: 1, count: 1000), .. Ping()]);
        _node.PumpTransports();
        Assert.False(client.Connection.IsInputHeld);
        List<ReceivedFrame> frames = client.ReadAll();
        Assert.Equal((uint)ErrorCode.Overloaded, frames[0].Error.Code);
        Assert.True(frames[0].Error.Retryable);
        Assert.Equal(FrameKind.Pong, frames[1].Kind);
        client.Write(Batch("s", first: 1, count: 1000));
        Assert.Equal(1000, client.Query("s").Instances.Count);
    }

    [Fact]
    public void A_body_of_1_MiB_is_taken_and_a_larger_one_ends_the_connection_with_a_goaway()
    {
        RawClient client = _node.Connect();
        byte[] request = new RegisterRequest { Name = "s", Instance = NewInstance(1) }.ToByteArray();

        // A field that the node does not know fills it up.
        int rest = WireLimits.MaximumBodyBytes - request.Length - 6;
        byte[] body = [.. request, 0xFA, 0x3F, .. Length(rest), .. new byte[rest]];
        Assert.Equal(WireLimits.MaximumBodyBytes, body.Length);
        client.WriteFrame(new FrameHeader((uint)body.Length, FrameKind.Request, FrameFlags.None, MessageType.Register, 5), body);
        Assert.True(client.Read().Answer(RegisterReply.Parser).Changed);

        client.WriteFrame(new FrameHeader((uint)body.Length + 1, FrameKind.Request, FrameFlags.None, MessageType.Register, 6));
        client.ReadGoAway(GoAwayReason.FrameTooLarge);
        Assert.Null(client.TryRead());
        Assert.True(client.SeesEnd);
    }

    [Fact]
    public void A_large_body_that_is_no_message_is_an_error_and_the_input_goes_on()
    {
        RawClient client = _node.Connect();
        byte[] body = [.. Enumerable.Repeat((byte)0xFF, 100_000)];
        client.Write([.. RawClient.FrameBytes(new FrameHeader((uint)body.Length, FrameKind.Request, FrameFlags.None, MessageType.BatchRegister, 5), body), .. Ping()]);
        List<ReceivedFrame> frames = client.ReadAll();
        Assert.Equal((uint)ErrorCode.MalformedBody, frames[0].Error.Code);
        Assert.Equal(FrameKind.Pong, frames[1].Kind);
    }

    private static byte[] Batch(string service, int first, int count, bool replace = false)
    {
        BatchRegisterRequest request = new() { Name = service, Replace = replace };
        request.Instances.AddRange(RawClientFrames.Instances(first, count, bytesEach: 80));
        return RawClient.RequestBytes(MessageType.BatchRegister, 10, request);
    }

    private static DeregisterRequest Deregistration(string service, uint port) =>
        new() { Name = service, Keys = { new InstanceKey { Ip = "10.0.0.1", Port = port } } };

    private static byte[] Length(int value) =>
        [(byte)(value | 0x80), (byte)((value >> 7) | 0x80), (byte)((value >> 14) | 0x80), (byte)(value >> 21)];

    private static byte[] Ping()
    {
        byte[] body = new byte[UInt64Body.Size];
        return RawClient.FrameBytes(new FrameHeader(UInt64Body.Size, FrameKind.Ping, FrameFlags.None, MessageType.None, 0), body);
    }
}
