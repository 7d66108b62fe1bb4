using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>Which pushes ask for an ack, and what an ack covers.</summary>
public sealed class AcknowledgementTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("A-4")]
    public void The_first_push_of_a_connection_asks_for_an_ack()
    {
        RawClient client = _node.Connect();
        client.TrySubscribe(NewSubscription(1, "s"), NewSubscription(2, "t"));
        client.Register("s", 1);

        Assert.Equal([true, false, false], client.ReadAll().Select(static push => push.AsksForAck));
    }

    [Fact]
    public void A_first_push_that_comes_as_a_stream_asks_too()
    {
        RawClient client = _node.Connect();
        PublishLarge(client, "s");
        client.TrySubscribe(NewSubscription(1, "s"));

        ReceivedFrame push = client.Read();
        Assert.True(client.Chunks > 1);
        Assert.True(push.AsksForAck);
    }

    [Fact]
    [ProtocolRule("A-4")]
    public void One_push_in_64_asks_and_not_the_same_one_on_every_connection()
    {
        Assert.Equal([1UL, 64, 128], NumbersThatAsk(_node.Connect(), pushes: 131));
        Assert.Equal([1UL, 63, 127], NumbersThatAsk(_node.Connect(), pushes: 131));
    }

    [Fact]
    [ProtocolRule("A-4")]
    public void The_first_push_after_10_seconds_without_asking_asks()
    {
        RawClient client = _node.Connect();
        client.Subscribe(1, "s");
        client.Acknowledge(1);
        _node.AdvanceSeconds(9.9);
        client.Register("s", 1);
        Assert.False(client.Read().AsksForAck);
        _node.AdvanceSeconds(0.2);
        client.Register("s", 2);
        Assert.True(client.Read().AsksForAck);
        client.Register("s", 3);
        Assert.False(client.Read().AsksForAck);
    }

    [Fact]
    [ProtocolRule("A-3", "A-5")]
    public void An_ack_is_cumulative_and_never_goes_back()
    {
        RawClient client = ConnectWithPushes(5);
        client.Acknowledge(3);
        Assert.Equal(3UL, client.Session.AcknowledgedPush);
        client.Acknowledge(2);
        Assert.Equal(3UL, client.Session.AcknowledgedPush);
        client.Acknowledge(5);
        Assert.Equal(5UL, client.Session.AcknowledgedPush);
    }

    [Theory]
    [ProtocolRule("A-5")]
    [InlineData(0UL)]
    [InlineData(6UL)]
    [InlineData(ulong.MaxValue - 1)]
    [InlineData(ulong.MaxValue)]
    public void A_number_that_was_not_given_out_says_nothing(ulong pushes)
    {
        RawClient client = ConnectWithPushes(5);
        client.Acknowledge(pushes);
        Assert.Equal(0UL, client.Session.AcknowledgedPush);
        Assert.Null(client.Connection.CloseReason);
        client.Acknowledge(5);
        Assert.Equal(5UL, client.Session.AcknowledgedPush);
    }

    [Fact]
    public void An_ack_before_the_first_push_says_nothing()
    {
        RawClient client = _node.Connect();
        client.Acknowledge(1);
        client.Subscribe(1, "s");
        Assert.Equal(0UL, client.Session.AcknowledgedPush);
    }

    [Fact]
    [ProtocolRule("A-1")]
    public void An_ack_covers_no_list_that_is_not_complete()
    {
        RawClient client = _node.Connect();
        PublishLarge(client, "large");
        client.GivesCredit = false;
        client.TrySubscribe(NewSubscription(1, "large"));
        Assert.Null(client.TryRead());
        Assert.Equal(1, client.OpenStreams);

        // Behind the large list and complete before it: the first push of the connection.
        client.TrySubscribe(NewSubscription(2, "small"));
        ReceivedFrame small = client.Read();
        Assert.Equal((2UL, 1UL), (small.CorrelationId, small.PushNumber));
        Assert.Equal(1UL, client.Connection.Outbound.LastPushSequence);
        client.Acknowledge(1);
        client.Acknowledge(2);
        Assert.Equal(1UL, client.Session.AcknowledgedPush);

        byte[] credit = new byte[CreditBody.Size];
        new CreditBody(1, 10_000_000).Write(credit);
        client.WriteFrame(new FrameHeader(CreditBody.Size, FrameKind.Credit, FrameFlags.None, MessageType.None, 0), credit);
        ReceivedFrame large = client.Read();
        Assert.Equal((1UL, 2UL), (large.CorrelationId, large.PushNumber));
        Assert.Equal(2UL, client.Connection.Outbound.LastPushSequence);
        Assert.Equal(1UL, client.Session.AcknowledgedPush);
        client.Acknowledge(2);
        Assert.Equal(2UL, client.Session.AcknowledgedPush);
    }

    [Fact]
    [ProtocolRule("A-1")]
    public void A_list_that_was_given_up_takes_no_number()
    {
        RawClient client = _node.Connect();
        PublishLarge(client, "large");
        client.GivesCredit = false;
        client.TrySubscribe(NewSubscription(1, "large"));
        Assert.Null(client.TryRead());
        Assert.True(client.Unsubscribe(1));
        Assert.Equal(1, client.StreamResets);

        Assert.Empty(client.Subscribe(2, "small").Instances);
        Assert.Equal(1UL, client.Pushes);
        Assert.Equal(1UL, client.Connection.Outbound.LastPushSequence);
    }

    private static void PublishLarge(RawClient client, string service) =>
        client.Batch(service, replace: false, [.. Enumerable.Range(1, 600).Select(static port => NewInstance(port, metadata: new string('m', 1000)))]);

    private static ulong[] NumbersThatAsk(RawClient client, int pushes)
    {
        client.TrySubscribe(NewSubscription(1, "t"));
        List<ulong> asked = [];
        for (int port = 1; client.Pushes < (ulong)pushes; port++)
        {
            ReceivedFrame push = client.Read();
            if (push.AsksForAck)
            {
                asked.Add(push.PushNumber);
            }

            client.Register("t", NewInstance(port % 8, weight: port));
        }

        return [.. asked];
    }

    /// <summary>None of them is acknowledged.</summary>
    private RawClient ConnectWithPushes(int pushes)
    {
        RawClient client = _node.Connect();
        client.Subscribe(1, "s");
        for (int port = 1; port < pushes; port++)
        {
            client.Register("s", port);
        }

        client.ReadAll();
        Assert.Equal((ulong)pushes, client.Pushes);
        return client;
    }
}
